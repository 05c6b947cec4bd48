#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

/// Child processes: `Execute` for one that runs to its end, `Background` for one that runs
/// concurrently with us. Both use no shell. What callers need to know:
///
/// Process groups. Each child leads its own process group, so that Ctrl-C on our terminal does not
/// reach it and a single kill(2) reaches all descendants that it has at that time. A descendant
/// that moved to another group or session, as a daemon does, is out of reach.
///
/// Ending a group. `Execute` past its deadline sends SIGTERM to the group, waits up to 2 s until
/// all its processes have ended, and sends SIGKILL to those that are left, even if their leader has
/// ended. `Background` sends SIGKILL immediately, including to descendants of a leader that has
/// ended. A child that ends by itself before `Execute`'s deadline may leave descendants running;
/// they are not touched. A process in uninterruptible sleep (state D) outlives SIGKILL until its
/// I/O returns; `Background::Kill` then blocks.
///
/// Our own death. If the thread that started the child ends, the kernel kills the child
/// (PR_SET_PDEATHSIG): start a `Background` in a thread that lives as long as it should. The signal
/// reaches that child only, not its descendants, and is lost if the child executes a set-user-ID
/// program. Code that must leave nothing behind when interrupted calls `TerminateAllGroups`.
///
/// Pipes. `Execute` feeds and drains its three pipes at the same time, so none can fill up and
/// block the child. It returns when the child has ended and not at the end of the pipes, which a
/// descendant may keep open: output that descendants write later is lost. `Background` has no
/// pipes: its standard input is /dev/null and its output goes to a file or to ours.
///
/// Signals and descriptors. The child starts with no signal blocked and the default action for
/// SIGPIPE, whatever ours are. It inherits every descriptor that is not close-on-exec.
///
/// Threads. Every function may be called from any thread, each object from one at a time. The
/// environment must not be changed (setenv(3)) during a start. SIGCHLD must not be ignored;
/// otherwise the exit of a child is unknown and reported as exit status 1.
namespace dualpath::process {

/// A command line. `argv[0]` is looked up in PATH, /usr/sbin and /sbin.
struct Command {
  std::vector<std::string> argv;
  std::string stdin_text{};                          ///< whole standard input, for `Execute`
  std::string working_directory{};                   ///< empty: ours
  std::map<std::string, std::string> environment{};  ///< added to ours
  /// The program and its descendants can gain no privileges (PR_SET_NO_NEW_PRIVS) and have no
  /// capabilities, even if we are root. They keep our user, and what its files' modes permit.
  bool confined = false;

  /// "targetcli ls /loopback", for messages.
  std::string ToString() const;
};

/// How a process ended: by exit code, or by a signal.
struct Exit {
  int code = 0;
  int signal = 0;  ///< 0: not killed by a signal

  bool ok() const { return code == 0 && signal == 0; }
  std::string ToString() const;  ///< "exit status 1" or "killed by signal 9 (Killed)"
};

struct Output {
  Exit exit;
  std::string out;
  std::string err;
};

/// Runs a command to its end and collects both outputs, of any size. At the deadline the group is
/// ended as above, and the `Error` quotes the last lines of output. A non-zero exit is not an
/// `Error` here.
Result<Output> Execute(const Command& command, Deadline deadline);

/// Like `Execute`, but a non-zero exit is an `Error`, too. Returns standard output.
Result<std::string> ExecuteChecked(const Command& command, Deadline deadline);

/// Returns the full path of a program, or an empty string. Searches where `Execute` does.
std::string FindProgram(const std::string& name);

/// Sends SIGTERM, and SIGKILL after at most 2 s, to the groups of all running `Execute`s and of all
/// `Background`s. For the exit on a signal, where no destructor runs.
void TerminateAllGroups();

/// A process that runs concurrently with us until its object is destroyed.
class Background {
 public:
  struct Streams {
    std::string log_file{};  ///< file that both outputs are appended to; empty: our outputs
  };

  static Result<Background> Start(const Command& command, const Streams& streams);

  Background(Background&&) noexcept;
  Background& operator=(Background&&) noexcept;

  /// Calls `Kill`.
  ~Background();

  int pid() const;
  bool Running();

  /// Stops the group (SIGSTOP): it uses no CPU until `Continue`. Killing it needs no `Continue`.
  void Pause();
  void Continue();

  /// Waits for its end; an `Error` if it still runs at the deadline.
  Result<Exit> Wait(Deadline deadline);

  /// Sends SIGKILL to the group, even if the leader has ended, and waits for the leader.
  void Kill();

 private:
  struct State;
  explicit Background(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dualpath::process
