#pragma once

#include <optional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/copy.h"
#include "helpers/lab/vm.h"
#include "helpers/process/terminal.h"

namespace dualpath::lab {

/// Our standard streams tied to the shell that images/lab/shell/shell runs in the VM, until that
/// shell ends.
///
/// On a terminal, what is typed goes to the output port as it is, but for the escapes. Otherwise
/// standard input goes there in frames, and the shell's standard error comes by the results port.
class Session {
 public:
  /// With a terminal `door` is where files are asked for; it may be null.
  static Session OnTerminal(Vm& vm, CopyDoor* door) { return {vm, door, true}; }
  static Session OfScript(Vm& vm) { return {vm, nullptr, false}; }

  struct End {
    int code = 0;       ///< the shell's exit code
    bool left = false;  ///< by "~.", before the shell's end
  };

  /// An `Error` if the VM ends, or our standard output does.
  Result<End> Run();

 private:
  Session(Vm& vm, CopyDoor* door, bool on_terminal)
      : vm_(vm), door_(door), on_terminal_(on_terminal) {}

  Result<std::optional<int>> Turn();
  Result<bool> TakeOutput(const UniqueFd& port, int to);
  Status TakeInput();
  Status SendPending();
  Status Resize();
  Result<std::optional<int>> Understand(const std::string& line);

  Vm& vm_;
  CopyDoor* door_;
  bool on_terminal_;
  UniqueFd window_;
  process::WindowSize told_;
  process::Escapes escapes_;
  std::string pending_;  // for the shell
  bool input_ended_ = false;
  bool left_ = false;
};

}  // namespace dualpath::lab
