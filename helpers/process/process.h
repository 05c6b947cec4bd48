#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::process {

/// A command line, run without a shell. `argv[0]` is looked up in PATH and the sbin directories.
struct Command {
  std::vector<std::string> argv;
  std::string stdin_text{};                          ///< empty: at its end at once
  std::string working_directory{};                   ///< empty: ours
  std::map<std::string, std::string> environment{};  ///< added to ours

  /// "targetcli ls /loopback", for messages.
  std::string ToString() const;
};

/// How a process ended: by exit code, or by a signal.
struct Exit {
  int code = 0;
  int signal = 0;  ///< 0: it exited by itself

  bool ok() const { return code == 0 && signal == 0; }
  std::string ToString() const;  ///< "exit status 1" or "killed by signal 9 (Killed)"
};

struct Output {
  Exit exit;
  std::string out;
  std::string err;
};

/// Runs to the end and gathers both outputs, however large. The child leads a process group of its
/// own; when the deadline expires the group gets SIGTERM, then SIGKILL, and an `Error` is returned
/// that carries the last lines of what it printed. A non-zero exit is not an `Error` here.
Result<Output> Execute(const Command& command, Deadline deadline);

/// As `Execute`, but a non-zero exit is an `Error` too. Returns standard output.
Result<std::string> ExecuteChecked(const Command& command, Deadline deadline);

/// The full path of a program, or an empty string. Looks where `Execute` looks.
std::string FindProgram(const std::string& name);

/// SIGTERM, then SIGKILL, to every process group that this process has started and not yet reaped.
/// For the way out on a signal, where no destructor runs.
void TerminateAllGroups();

/// A process that runs beside us. It is killed, with its group, by the destructor, and by the
/// kernel if we die first (PR_SET_PDEATHSIG), so nothing outlives a killed run.
class Background {
 public:
  /// Where its output goes.
  struct Streams {
    std::string log_file{};  ///< both outputs, appended; empty: ours are inherited
  };

  static Result<Background> Start(const Command& command, const Streams& streams);

  Background(Background&&) noexcept;
  Background& operator=(Background&&) noexcept;
  ~Background();

  int pid() const;
  bool Running();

  /// How it ended, or an `Error` once the deadline has expired with it still running.
  Result<Exit> Wait(Deadline deadline);

  /// SIGKILL to the group, and reaps it. Harmless when it has ended already.
  void Kill();

 private:
  struct State;
  explicit Background(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dualpath::process
