#include "helpers/dm/task.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

#include "helpers/base/eventually.h"

namespace dualpath::dm {
namespace {

// libdevmapper's levels (its log.h is not installed): the low three bits, 4 being a warning.
constexpr int kLevelMask = 7;
constexpr int kWarning = 4;

// Far longer than udev takes for one event: exceeded only if udev is not running.
constexpr std::chrono::seconds kUdevBudget{30};

/// Messages of the library since this thread's last request.
thread_local std::string messages;

__attribute__((format(printf, 5, 6))) void AddMessage(int level, const char* /*file*/, int /*line*/,
                                                      int /*errno_or_class*/, const char* format,
                                                      ...) {
  if ((level & kLevelMask) > kWarning) return;
  std::array<char, 1024> text{};
  std::va_list arguments;
  va_start(arguments, format);
  // clang-tidy 14 does not see va_start's effect.
  // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  messages += (messages.empty() ? "" : "; ") + std::string(text.data());
}

void CollectMessages() {
  static std::once_flag once;
  std::call_once(once, [] { dm_log_with_errno_init(AddMessage); });
}

}  // namespace

Task::Task(dm_task* task, std::string operation, std::string map_name)
    : task_(task), operation_(std::move(operation)), map_name_(std::move(map_name)) {}

Result<Task> Task::Create(int type, const std::string& operation, const std::string& map_name) {
  CollectMessages();
  messages.clear();
  Task task(dm_task_create(type), operation, map_name);
  if (!task.task_)
    return task.Fault(
        "libdevmapper cannot create the request; is this root, and is dm_mod loaded?");
  if (dm_task_set_name(task.get(), map_name.c_str()) == 0) {
    return task.Fault("libdevmapper rejected the map's name");
  }
  return Result<Task>(std::move(task));
}

Status Task::Run() {
  messages.clear();
  if (dm_task_run(get()) != 0) return Ok{};
  const int error_number = dm_task_get_errno(get());
  if (error_number == ENXIO) return Error::Because(operation_, map_name_, "no such map");
  if (messages.empty() && error_number != 0) {
    return Error::FromErrno(operation_, map_name_, error_number);
  }
  return Fault("libdevmapper failed without a message");
}

Status Task::RunAndSettle() {
  std::uint32_t cookie = DM_COOKIE_AUTO_CREATE;
  if (dm_task_set_cookie(get(), &cookie, 0) == 0) {
    return Fault("libdevmapper cannot synchronise with udev");
  }
  Status ran = Run();
  bool waited = true;
  const bool settled = PollUntil(Deadline::In(kUdevBudget), [&] {
    int ready = 1;
    waited = dm_udev_wait_immediate(cookie, &ready) != 0;
    return !waited || ready != 0;
  });
  if (!ran.ok()) return ran;
  if (!waited) return Fault("libdevmapper cannot wait for udev");
  if (!settled)
    return Fault(
        "the kernel completed the operation, but udev has not processed the uevent; is "
        "systemd-udevd "
        "running?");
  return Ok{};
}

Result<dm_info> Task::Info() const {
  dm_info info{};
  if (dm_task_get_info(get(), &info) == 0) return Fault("libdevmapper returned no information");
  return info;
}

Error Task::Fault(const std::string& reason) const {
  return Error::Because(operation_, map_name_, messages.empty() ? reason : messages);
}

}  // namespace dualpath::dm
