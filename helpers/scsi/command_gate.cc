#include "helpers/scsi/command_gate.h"

#include <scsi/sg.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/number.h"

namespace dualpath::scsi {
namespace {

namespace fs = std::filesystem;

/// Interval at which the tracer looks for stops. waitpid(2) has no deadline, and a signal to wake
/// it would reach the program's other threads.
constexpr std::chrono::microseconds kPause{200};

constexpr int kSystemCallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

Result<std::set<pid_t>> ThreadsOf(pid_t process) {
  const std::string directory = "/proc/" + std::to_string(process) + "/task";
  std::set<pid_t> threads;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(directory, failure)) {
    const auto thread = ParseWhole<pid_t>(entry.path().filename().string());
    if (thread) threads.insert(*thread);
  }
  if (failure) return Error::Because("list the threads", directory, failure.message());
  return threads;
}

template <typename T>
bool Read(pid_t thread, const void* address, T& value) {
  const iovec here{&value, sizeof(value)};
  const iovec there{const_cast<void*>(address), sizeof(value)};  // NOLINT: the kernel only reads
  return ::process_vm_readv(thread, &here, 1, &there, 1, 0) == static_cast<ssize_t>(sizeof(value));
}

}  // namespace

/// The thread that traces: ptrace(2) ties the process to it.
class CommandGate::Tracer {
 public:
  Tracer(std::uint8_t operation_code, pid_t process)
      : operation_code_(operation_code), process_(process) {}
  Tracer(Tracer&&) = delete;
  Tracer& operator=(Tracer&&) = delete;
  ~Tracer() { Open(); }

  Status Begin() {
    std::promise<Status> begun;
    std::future<Status> result = begun.get_future();
    thread_ = std::thread([this, &begun] {
      Status attached = AttachAll();
      const bool ok = attached.ok();
      begun.set_value(std::move(attached));
      if (ok) Watch();
      DetachAll();
    });
    return result.get();
  }

  bool HasArrived() const { return arrived_; }
  bool HasEnded() const { return ended_; }

  void Open() {
    open_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  /// Repeats the search, since threads that are not traced yet may start others.
  Status AttachAll() {
    while (true) {
      DUALPATH_TRY(const std::set<pid_t> threads, ThreadsOf(process_));
      bool found = false;
      for (const pid_t thread : threads) {
        if (traced_.count(thread) > 0) continue;
        if (::ptrace(PTRACE_SEIZE, thread, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE) !=
            0) {
          if (errno == ESRCH) continue;
          if (errno == EPERM && ThreadsOf(process_).ok() && !traced_.empty()) continue;  // by clone
          return Error::FromErrno("trace process", std::to_string(process_), errno);
        }
        ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
        traced_.insert(thread);
        found = true;
      }
      if (!found) return Ok{};
    }
  }

  void Watch() {
    while (!open_) {
      int status = 0;
      const pid_t thread = ::waitpid(-1, &status, __WALL | __WNOTHREAD | WNOHANG);
      if (thread > 0) {
        Handle(thread, status);
      } else if (thread < 0 && errno == ECHILD) {
        ended_ = true;
        return;
      } else {
        std::this_thread::sleep_for(kPause);
      }
    }
  }

  void Handle(pid_t thread, int status) {
    if (!WIFSTOPPED(status)) {
      traced_.erase(thread);
      in_system_call_.erase(thread);
      return;
    }
    traced_.insert(thread);
    const int signal = WSTOPSIG(status);
    if (signal == kSystemCallStop) {
      const bool entered = in_system_call_.insert(thread).second;
      if (!entered) in_system_call_.erase(thread);
      if (entered && !arrived_ && IsAboutToSend(thread)) {
        held_ = thread;
        arrived_ = true;
        return;
      }
      Continue(thread, 0);
    } else if (status >> 16 == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      ::ptrace(PTRACE_LISTEN, thread, nullptr, nullptr);  // the process is held by SIGSTOP
    } else {
      Continue(thread, status >> 16 == 0 ? signal : 0);
    }
  }

  static void Continue(pid_t thread, int signal) {
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, signal);
  }

  bool IsAboutToSend(pid_t thread) const {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return false;
    if (registers.orig_rax != SYS_ioctl || registers.rsi != SG_IO) return false;
    sg_io_hdr header{};
    std::uint8_t operation_code = 0;
    const auto* const address =
        reinterpret_cast<const void*>(registers.rdx);  // NOLINT(performance-no-int-to-ptr)
    return Read(thread, address, header) && Read(thread, header.cmdp, operation_code) &&
           operation_code == operation_code_;
  }

  /// A thread must be stopped for that.
  void DetachAll() {
    for (const pid_t thread : traced_) {
      if (thread == held_) {
        ::ptrace(PTRACE_DETACH, thread, nullptr, nullptr);
        continue;
      }
      ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
      int status = 0;
      if (::waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) continue;
      const int signal = WSTOPSIG(status);
      const bool is_signal = status >> 16 == 0 && signal != kSystemCallStop;
      ::ptrace(PTRACE_DETACH, thread, nullptr, is_signal ? signal : 0);
    }
  }

  std::uint8_t operation_code_;
  pid_t process_;
  std::set<pid_t> traced_;
  std::set<pid_t> in_system_call_;
  pid_t held_ = 0;
  std::atomic<bool> arrived_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> open_{false};
  std::thread thread_;
};

CommandGate::CommandGate(std::unique_ptr<Tracer> tracer) : tracer_(std::move(tracer)) {}
CommandGate::CommandGate(CommandGate&&) noexcept = default;
CommandGate& CommandGate::operator=(CommandGate&&) noexcept = default;
CommandGate::~CommandGate() = default;

Result<CommandGate> CommandGate::Before(std::uint8_t operation_code, pid_t process) {
  auto tracer = std::make_unique<Tracer>(operation_code, process);
  DUALPATH_TRY_STATUS(tracer->Begin());
  return CommandGate(std::move(tracer));
}

Status CommandGate::Await(Deadline deadline) const {
  return WaitUntil("wait for a SCSI command of", "the process", deadline, [this]() -> Unmet {
    if (tracer_->HasArrived()) return "";
    return {tracer_->HasEnded() ? "it has ended" : "it has not sent the command",
            tracer_->HasEnded()};
  });
}

void CommandGate::Open() { tracer_->Open(); }

}  // namespace dualpath::scsi
