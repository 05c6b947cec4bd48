#pragma once

#include <functional>
#include <optional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/copy_server.h"
#include "helpers/lab/prompt_pace.h"
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
  /// Sends a line to the lab agent and returns the next line from the control port that is not
  /// about the session itself.
  using Ask = std::function<Result<std::string>(const std::string& line)>;

  struct Terminal {
    CopyServer* copies = nullptr;  ///< serves `dualpath cp`
    /// Saves the VM under a name, for "~s NAME". The VM goes on.
    std::function<Status(const std::string& name, const Ask& ask)> save;
    /// The VM writes clock lines, and is held at the prompt (prompt_pace.h).
    bool keeps_pace = false;
  };

  static Session OnTerminal(Vm& vm, Terminal terminal) { return {vm, std::move(terminal)}; }
  static Session OfScript(Vm& vm) { return {vm, std::nullopt}; }

  struct End {
    int code = 0;       ///< the shell's exit code
    bool left = false;  ///< whether "~." ended the session before the shell had ended
  };

  /// Returns an `Error` if the VM ends or our standard output is closed.
  Result<End> Run();

 private:
  Session(Vm& vm, std::optional<Terminal> terminal) : vm_(vm), terminal_(std::move(terminal)) {}

  Result<std::optional<int>> PollOnce();
  int HoldOrRelease();
  Result<bool> TakeOutput(const UniqueFd& port, int to);
  Status TakeInput();
  Status TakeTyped(std::string text);
  Status Type(const std::string& text);
  Status Save(const std::string& name);
  Result<std::string> Request(const std::string& line);
  Status SendPending();
  Status Resize();
  Result<std::optional<int>> HandleControlLine(const std::string& line);

  Vm& vm_;
  std::optional<Terminal> terminal_;
  PromptPace pace_;
  UniqueFd window_;
  process::WindowSize sent_size_;
  process::Escapes escapes_;
  std::string pending_;  // input that the shell has not taken yet
  bool input_ended_ = false;
  bool left_ = false;
  bool wants_prompt_ = false;     // whether to press Enter once the shell is at its prompt
  std::optional<int> exit_code_;  // of a shell that ended while something else was asked
};

}  // namespace dualpath::lab
