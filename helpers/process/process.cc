#include "helpers/process/process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/text.h"
#include "helpers/process/boost_process.h"

namespace dualpath::process {
namespace {

// Boost.Process 1's wait_for() spends its whole timeout even on a dead child, so the end of a
// child is found by asking, this often.
constexpr std::chrono::milliseconds kReapInterval{5};
constexpr PollPace kReapPace{kReapInterval, kReapInterval};
constexpr std::chrono::seconds kTerminationGrace{2};

/// The kernel kills the child if our thread dies, whichever way. What we block or ignore, it does
/// not: else SIGTERM would not end it.
struct DieWithParent : bp::extend::handler {
  template <typename Executor>
  void on_exec_setup(Executor& /*executor*/) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
  }
};

/// While it lives, what this thread writes to a child that has ended fails with EPIPE and nothing
/// else.
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
    const timespec at_once = {};
    while (::sigtimedwait(&sigpipe_, nullptr, &at_once) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
};

Exit ToExit(int native) {
  Exit exit;
  if (WIFSIGNALED(native)) {
    exit.signal = WTERMSIG(native);
  } else {
    exit.code = WEXITSTATUS(native);
  }
  return exit;
}

bp::environment EnvironmentFor(const Command& command) {
  bp::environment environment = boost::this_process::environment();
  for (const auto& [name, value] : command.environment) environment[name] = value;
  return environment;
}

std::string Said(const Output& output) {
  const std::string words = Tail(output.err.empty() ? output.out : output.err);
  return words.empty() ? "it printed nothing" : "it printed: " + words;
}

void SignalGroup(int pid, int signal_number) {
  if (pid > 0) ::kill(-pid, signal_number);
}

/// The process groups that we have started and not yet reaped, by their leaders' pids.
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
    // Signal 0 asks whether the group still has a member; a zombie leader is none of our business.
    return std::any_of(pids_.begin(), pids_.end(), [](int pid) { return ::kill(-pid, 0) == 0; });
  }

 private:
  std::mutex mutex_;
  std::set<int> pids_;
};

LiveGroups& Groups() {
  static auto* groups = new LiveGroups();  // outlives static destructors, on purpose
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
      // It reached its end and is closed.
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
                  bp::std_err > err.pipe(), group, DieWithParent(), ec);
  if (ec) return Error::FromErrno("run", command.ToString(), ec.value());
  const int pid = child.id();
  Groups().Add(pid);

  out.Start();
  err.Start();
  boost::asio::async_write(
      in, boost::asio::buffer(command.stdin_text),
      [&in](const boost::system::error_code& /*ec*/, std::size_t /*n*/) { in.async_close(); });

  // The child has ended when it is reaped, not when its pipes close: a daemon that it left behind
  // may hold them open for ever.
  const auto drive = [&](Deadline until) {
    while (true) {
      context.restart();
      context.run_for(kReapInterval);
      std::error_code ignored;
      if (!child.running(ignored)) return true;
      if (until.Expired()) return false;
    }
  };
  const bool in_time = drive(deadline);
  if (!in_time) {
    SignalGroup(pid, SIGTERM);
    if (!drive(Deadline::InUnscaled(kTerminationGrace))) {
      SignalGroup(pid, SIGKILL);
      drive(Deadline::InUnscaled(kTerminationGrace));
    }
  }
  Groups().Remove(pid);
  // What the child wrote before it ended may still be in the pipes.
  context.restart();
  while (context.poll_one() > 0) {
  }
  out.Stop();
  err.Stop();
  if (group.valid()) group.detach();
  if (!in_time) {
    child.detach();
    return Error::Because("run", command.ToString(), "deadline expired; " + Said(output));
  }
  output.exit = ToExit(child.native_exit_code());
  return output;
}

Result<std::string> ExecuteChecked(const Command& command, Deadline deadline) {
  DUALPATH_TRY(Output output, Execute(command, deadline));
  if (output.exit.ok()) return std::move(output.out);
  return Error::Because("run", command.ToString(), output.exit.ToString() + "; " + Said(output));
}

struct Background::State {
  bp::group group;
  bp::child child;
  std::string words;
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
  state->words = command.ToString();
  std::error_code ec;
  const auto launch = [&](auto&&... redirection) {
    state->child = bp::child(program, bp::args(Arguments(command)), EnvironmentFor(command),
                             bp::start_dir = DirectoryOf(command), bp::std_in < bp::null,
                             std::forward<decltype(redirection)>(redirection)..., state->group,
                             DieWithParent(), ec);
  };
  if (streams.log_file.empty()) {
    launch();
  } else {
    std::FILE* log = std::fopen(streams.log_file.c_str(), "ae");
    if (log == nullptr) return Error::FromErrno("open log", streams.log_file, errno);
    launch((bp::std_out & bp::std_err) > log);
    std::fclose(log);
  }
  if (ec) return Error::FromErrno("start", state->words, ec.value());
  Groups().Add(state->child.id());
  return Background(std::move(state));
}

int Background::pid() const { return state_->child.id(); }

bool Background::Running() {
  std::error_code ec;
  return state_->child.running(ec);
}

Result<Exit> Background::Wait(Deadline deadline) {
  if (!PollUntil(
          deadline, [this] { return !Running(); }, kReapPace)) {
    return Error::Because("wait for", state_->words, "deadline expired with it still running");
  }
  return ToExit(state_->child.native_exit_code());
}

void Background::Kill() {
  if (!state_ || !state_->child.valid()) return;
  Groups().Remove(pid());
  if (Running()) {
    SignalGroup(pid(), SIGKILL);
    std::error_code ec;
    state_->child.wait(ec);
  }
  if (state_->group.valid()) state_->group.detach();
}

}  // namespace dualpath::process
