#include "helpers/process/process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/text.h"
#include "helpers/process/boost_process.h"

namespace dualpath::process {
namespace {

// Boost.Process 1's wait_for() spends its whole timeout even on a dead child, so children are
// polled.
constexpr std::chrono::milliseconds kReapInterval{5};
constexpr PollPace kReapPace{kReapInterval, kReapInterval};
constexpr std::chrono::seconds kTerminationGrace{2};

/// Gives up what `Command::confined` says. Changing the user instead would clear PR_SET_PDEATHSIG,
/// and the child could outlive us.
void Confine() {
  constexpr unsigned long kCapabilities = 64;  // of any kernel; unknown ones are refused
  for (unsigned long each = 0; each < kCapabilities; ++each) ::prctl(PR_CAPBSET_DROP, each);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/// Runs in the child, between fork and exec. It does not keep our signal mask, in which
/// `EndInOrderOnSignals` blocks SIGTERM.
struct DieWithParent : bp::extend::handler {
  explicit DieWithParent(const Command& command) : confined(command.confined) {}

  bool confined;
  pid_t parent = ::getpid();

  template <typename Executor>
  void on_exec_setup(Executor& /*executor*/) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // If the parent died before prctl, no signal is sent.
    if (::getppid() != parent) ::_exit(127);
    if (confined) Confine();
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
  }
};

/// While it exists, a write of this thread to a child that has ended fails with EPIPE without
/// raising SIGPIPE.
class NoSigpipe {
 public:
  NoSigpipe() {
    ::sigemptyset(&sigpipe_);
    ::sigaddset(&sigpipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() {
    const timespec no_wait = {};
    while (::sigtimedwait(&sigpipe_, nullptr, &no_wait) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
};

/// Returns how child `pid` has ended; with WNOHANG in `flags`, nothing while it runs. Does not reap
/// it: its pid, which is also the number of its group, cannot be reused until then.
std::optional<Exit> ExitOf(int pid, int flags) {
  siginfo_t info = {};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | flags) != 0) {
    if (errno != EINTR) return Exit{1, 0};  // ECHILD: SIGCHLD is ignored
  }
  if (info.si_pid != pid) return std::nullopt;
  Exit exit;
  (info.si_code == CLD_EXITED ? exit.code : exit.signal) = info.si_status;
  return exit;
}

/// Gives the child our environment with the command's variables. Not by bp::environment, whose
/// search for a name reads beyond the end of shorter entries (boost/process/environment.hpp,
/// `find`).
class EnvironmentFor : public bp::extend::handler {
 public:
  explicit EnvironmentFor(const Command& command) {
    for (char** each = ::environ; *each != nullptr; ++each) {
      const std::string entry = *each;
      if (command.environment.count(entry.substr(0, entry.find('='))) == 0)
        entries_.push_back(entry);
    }
    for (const auto& [name, value] : command.environment) entries_.push_back(name + "=" + value);
  }

  template <typename Executor>
  void on_setup(Executor& executor) {
    pointers_.clear();
    for (std::string& entry : entries_) pointers_.push_back(entry.data());
    pointers_.push_back(nullptr);
    executor.env = pointers_.data();
  }

 private:
  std::vector<std::string> entries_;
  std::vector<char*> pointers_;
};

std::string Printed(const Output& output) {
  const std::string text = Tail(output.err.empty() ? output.out : output.err);
  return text.empty() ? "no output" : "output: " + text;
}

void SignalGroup(int pid, int signal_number) {
  if (pid > 0) ::kill(-pid, signal_number);
}

/// Returns whether the group has processes. A leader that was not reaped counts.
bool GroupExists(int pid) { return ::kill(-pid, 0) == 0; }

/// Process groups of our children, by their leaders' pids.
class LiveGroups {
 public:
  void Add(int pid) {
    const std::lock_guard<std::mutex> guard(mutex_);
    pids_.insert(pid);
  }
  void Remove(int pid) {
    const std::lock_guard<std::mutex> guard(mutex_);
    pids_.erase(pid);
  }
  void Signal(int signal_number) {
    const std::lock_guard<std::mutex> guard(mutex_);
    for (const int pid : pids_) SignalGroup(pid, signal_number);
  }
  bool AnyLeft() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return std::any_of(pids_.begin(), pids_.end(), GroupExists);
  }

 private:
  std::mutex mutex_;
  std::set<int> pids_;
};

LiveGroups& Groups() {
  static auto* groups = new LiveGroups();  // never destroyed: used after static destructors
  return *groups;
}

/// Reads one pipe to its end into `text`.
class Drain {
 public:
  Drain(boost::asio::io_context& context, std::string& text) : pipe_(context), text_(text) {}

  bp::async_pipe& pipe() { return pipe_; }

  void Start() {
    pipe_.async_read_some(boost::asio::buffer(chunk_),
                          [this](const boost::system::error_code& ec, std::size_t n) {
                            text_.append(chunk_.data(), n);
                            if (!ec) Start();
                          });
  }

  void Stop() {
    try {
      pipe_.cancel();
    } catch (const boost::system::system_error&) {
      // The pipe reached its end and is closed.
    }
  }

 private:
  bp::async_pipe pipe_;
  std::string& text_;
  std::array<char, 16384> chunk_{};
};

std::string ResolveOrEmpty(const Command& command) {
  return command.argv.empty() ? std::string() : FindProgram(command.argv[0]);
}

Error NotFound(const Command& command) {
  return Error::Because("run", command.ToString(),
                        "no such program in PATH, /usr/sbin or /sbin; install it");
}

std::vector<std::string> Arguments(const Command& command) {
  return {command.argv.begin() + 1, command.argv.end()};
}

std::string DirectoryOf(const Command& command) {
  return command.working_directory.empty() ? "." : command.working_directory;
}

}  // namespace

std::string Command::ToString() const {
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string Exit::ToString() const {
  if (signal == 0) return "exit status " + std::to_string(code);
  return "killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

std::string FindProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  auto directories = boost::this_process::path();
  directories.emplace_back("/usr/sbin");
  directories.emplace_back("/sbin");
  return bp::search_path(name, directories).string();
}

void TerminateAllGroups() {
  Groups().Signal(SIGTERM);
  Groups().Signal(SIGCONT);  // a paused process takes SIGTERM only then
  PollUntil(
      Deadline::InUnscaled(kTerminationGrace), [] { return !Groups().AnyLeft(); }, kReapPace);
  Groups().Signal(SIGKILL);
}

Result<Output> Execute(const Command& command, Deadline deadline) {
  const std::string program = ResolveOrEmpty(command);
  if (program.empty()) return NotFound(command);

  Output output;
  const NoSigpipe no_sigpipe;
  boost::asio::io_context context;
  Drain out(context, output.out);
  Drain err(context, output.err);
  bp::async_pipe in(context);
  bp::group group;
  std::error_code ec;
  bp::child child(program, bp::args(Arguments(command)), EnvironmentFor(command),
                  bp::start_dir = DirectoryOf(command), bp::std_in<in, bp::std_out> out.pipe(),
                  bp::std_err > err.pipe(), group, DieWithParent(command), ec);
  if (ec) return Error::FromErrno("run", command.ToString(), ec.value());
  const int pid = child.id();
  Groups().Add(pid);

  out.Start();
  err.Start();
  boost::asio::async_write(
      in, boost::asio::buffer(command.stdin_text),
      [&in](const boost::system::error_code& /*ec*/, std::size_t /*n*/) { in.async_close(); });

  const auto drive = [&](Deadline until, const std::function<bool()>& done) {
    while (true) {
      context.restart();
      context.run_for(kReapInterval);
      if (done()) return true;
      if (until.Expired()) return false;
    }
  };
  const auto reaped = [&] {
    std::error_code ignored;
    return !child.running(ignored);
  };
  const bool in_time = drive(deadline, reaped);
  if (!in_time) {
    SignalGroup(pid, SIGTERM);
    // Once the leader is reaped, the rest of the group keeps its number from being reused.
    if (!drive(Deadline::InUnscaled(kTerminationGrace),
               [&] { return reaped() && !GroupExists(pid); })) {
      SignalGroup(pid, SIGKILL);
      drive(Deadline::InUnscaled(kTerminationGrace), reaped);
    }
  }
  Groups().Remove(pid);
  // Collect what the child wrote before its end.
  context.restart();
  while (context.poll_one() > 0) {
  }
  out.Stop();
  err.Stop();
  if (group.valid()) group.detach();
  if (!in_time) {
    child.detach();
    return Error::Because("run", command.ToString(), "deadline expired; " + Printed(output));
  }
  const int status = child.native_exit_code();
  (WIFSIGNALED(status) ? output.exit.signal : output.exit.code) =
      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  return output;
}

Result<std::string> ExecuteChecked(const Command& command, Deadline deadline) {
  DUALPATH_TRY(Output output, Execute(command, deadline));
  if (output.exit.ok()) return std::move(output.out);
  return Error::Because("run", command.ToString(), output.exit.ToString() + "; " + Printed(output));
}

struct Background::State {
  bp::group group;
  bp::child child;
  std::string command;
  std::optional<Exit> exit;  ///< set when the child is reaped
};

Background::Background(std::unique_ptr<State> state) : state_(std::move(state)) {}
Background::Background(Background&&) noexcept = default;

Background& Background::operator=(Background&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Background::~Background() { Kill(); }

Result<Background> Background::Start(const Command& command, const Streams& streams) {
  const std::string program = ResolveOrEmpty(command);
  if (program.empty()) return NotFound(command);
  auto state = std::make_unique<State>();
  state->command = command.ToString();
  std::error_code ec;
  const auto launch = [&](auto&&... redirection) {
    state->child = bp::child(program, bp::args(Arguments(command)), EnvironmentFor(command),
                             bp::start_dir = DirectoryOf(command), bp::std_in < bp::null,
                             std::forward<decltype(redirection)>(redirection)..., state->group,
                             DieWithParent(command), ec);
  };
  if (streams.log_file.empty()) {
    launch();
  } else {
    std::FILE* log = std::fopen(streams.log_file.c_str(), "ae");
    if (log == nullptr) return Error::FromErrno("open log", streams.log_file, errno);
    launch((bp::std_out & bp::std_err) > log);
    std::fclose(log);
  }
  if (ec) return Error::FromErrno("start", state->command, ec.value());
  Groups().Add(state->child.id());
  return Background(std::move(state));
}

int Background::pid() const { return state_->child.id(); }

bool Background::Running() { return !state_->exit && !ExitOf(pid(), WNOHANG); }

void Background::Pause() {
  if (!state_->exit) SignalGroup(pid(), SIGSTOP);
}

void Background::Continue() {
  if (!state_->exit) SignalGroup(pid(), SIGCONT);
}

Result<Exit> Background::Wait(Deadline deadline) {
  const bool ended = PollUntil(
      deadline, [this] { return !Running(); }, kReapPace);
  if (!ended) return Error::Because("wait for", state_->command, "deadline expired; still running");
  return state_->exit ? *state_->exit : *ExitOf(pid(), WNOHANG);
}

void Background::Kill() {
  if (!state_ || state_->exit) return;
  Groups().Remove(pid());
  SignalGroup(pid(), SIGKILL);
  state_->exit = ExitOf(pid(), 0);
  std::error_code ec;
  state_->child.wait(ec);
  if (state_->group.valid()) state_->group.detach();
}

}  // namespace dualpath::process
