#pragma once

#include <optional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/copy_server.h"
#include "helpers/lab/vm.h"
#include "helpers/process/terminal.h"

namespace dualpath::lab {

/// Connects our standard streams to the shell that images/lab/shell/shell runs in the VM, until
/// that shell ends.
///
/// On a terminal, typed bytes go to the output port unchanged, except for escapes. Otherwise
/// standard input goes there in frames, and the shell's standard error arrives on the results port.
class Session {
 public:
  /// Serves `dualpath cp` as well, by `copies`.
  static Session OnTerminal(Vm& vm, CopyServer* copies) { return {vm, copies, true}; }
  static Session OfScript(Vm& vm) { return {vm, nullptr, false}; }

  struct End {
    int code = 0;       ///< the shell's exit code
    bool left = false;  ///< whether "~." ended the session before the shell had ended
  };

  /// Returns an `Error` if the VM ends or our standard output is closed.
  Result<End> Run();

 private:
  Session(Vm& vm, CopyServer* copies, bool on_terminal)
      : vm_(vm), copies_(copies), on_terminal_(on_terminal) {}

  Result<std::optional<int>> PollOnce();
  Result<bool> TakeOutput(const UniqueFd& port, int to);
  Status TakeInput();
  Status SendPending();
  Status Resize();
  Result<std::optional<int>> HandleControlLine(const std::string& line);

  Vm& vm_;
  CopyServer* copies_;
  bool on_terminal_;
  UniqueFd window_;
  process::WindowSize sent_size_;
  process::Escapes escapes_;
  std::string pending_;  // input that the shell has not taken yet
  bool input_ended_ = false;
  bool left_ = false;
};

}  // namespace dualpath::lab
