#include "helpers/observe/qemu_trace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "helpers/base/eventually.h"

namespace dualpath::observe {
namespace {

using nlohmann::json;

/// Names in QEMU 4.2 to 11; those of the thread pool had no _aio until 9.2.
const std::array<const char*, 5> kEvents{"virtio_scsi_cmd_*", "*_aio_sgio_command",
                                         "thread_pool_submit*", "thread_pool_complete*",
                                         "scsi_req_build_sense"};

/// Logs each command that QEMU's monitor receives, so that a command serves as a mark in the log.
const char kMarkEvent[] = "handle_qmp_command";

std::int64_t Microseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000;
}

/// Returns the "return" of the reply, or an error.
Result<json> ReturnOf(const std::string& command, const std::string& reply) {
  const json parsed = json::parse(reply, nullptr, false);
  if (parsed.is_object() && parsed.contains("return")) return parsed.at("return");
  return Error::Because("send QMP command", command, "QEMU replied " + reply);
}

std::string SetState(const std::string& event, bool enable) {
  return json{{"execute", "trace-event-set-state"},
              {"arguments", {{"name", event}, {"enable", enable}, {"ignore-unavailable", true}}}}
      .dump();
}

std::string GetState(const std::string& event) {
  return json{{"execute", "trace-event-get-state"}, {"arguments", {{"name", event}}}}.dump();
}

bool IsAnyAvailable(const json& states) {
  return std::any_of(states.begin(), states.end(), [](const json& state) {
    return state.is_object() && state.contains("state") && state["state"] != "unavailable";
  });
}

}  // namespace

std::int64_t RealtimeMinusMonotonic() {
  // The reading that took the shortest time, and so was interrupted least, is the most accurate.
  std::int64_t best = 0;
  std::int64_t shortest = INT64_MAX;
  for (int i = 0; i < 5; ++i) {
    const std::int64_t before = Microseconds(CLOCK_MONOTONIC);
    const std::int64_t realtime = Microseconds(CLOCK_REALTIME);
    const std::int64_t after = Microseconds(CLOCK_MONOTONIC);
    if (after - before >= shortest) continue;
    shortest = after - before;
    best = realtime - (before + shortest / 2);
  }
  return best;
}

Result<QemuTrace> QemuTrace::Start(Monitor monitor, const std::string& log, Deadline deadline) {
  UniqueFd file(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Error::FromErrno("open QEMU log", log, errno);
  if (::lseek(file.get(), 0, SEEK_END) < 0) return Error::FromErrno("seek in QEMU log", log, errno);
  QemuTrace trace(std::move(monitor), log, std::move(file));
  DUALPATH_TRY_STATUS(trace.EnableEvents());
  const Status marked = trace.AwaitMark("dualpath_begin", deadline);
  if (!marked.ok()) {
    return Error::Because("trace QEMU", log,
                          "no trace events appear; is QEMU built with a trace backend other than "
                          "\"log\"? " +
                              marked.error().ToString());
  }
  return trace;
}

Status QemuTrace::EnableEvents() {
  std::vector<std::string> events(kEvents.begin(), kEvents.end());
  events.emplace_back(kMarkEvent);
  for (const std::string& event : events) {
    DUALPATH_TRY(const std::string states, monitor_(GetState(event)));
    const auto available = ReturnOf(GetState(event), states);
    if (!available.ok() || !IsAnyAvailable(*available)) {
      return Error::Because("trace QEMU", event, "this QEMU has no such trace event");
    }
    DUALPATH_TRY(const std::string enabled, monitor_(SetState(event, true)));
    DUALPATH_TRY_STATUS(ReturnOf(SetState(event, true), enabled));
    undo_.Add("disable QEMU's trace event " + event, [monitor = monitor_, event]() -> Status {
      DUALPATH_TRY(const std::string disabled, monitor(SetState(event, false)));
      DUALPATH_TRY_STATUS(ReturnOf(SetState(event, false), disabled));
      return Ok{};
    });
  }
  return Ok{};
}

Status QemuTrace::AwaitMark(const std::string& mark, Deadline deadline) {
  // There is no event of this name, so QEMU replies with an error, but logs the command.
  DUALPATH_TRY_STATUS(monitor_(GetState(mark)));
  std::size_t searched = 0;
  return WaitUntil("wait for a mark in QEMU log", log_, deadline, [&]() -> std::string {
    const Status read = ReadNewText();
    if (!read.ok()) return read.error().ToString();
    if (text_.find(mark, searched) != std::string::npos) return "";
    // All but a mark that is only half written.
    searched = text_.size() - std::min(text_.size(), mark.size());
    return mark + " is not in the log";
  });
}

Status QemuTrace::ReadNewText() {
  std::array<char, 65536> chunk{};
  while (true) {
    const ssize_t n = ::read(file_.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::FromErrno("read QEMU log", log_, errno);
    if (n > 0) {
      text_.append(chunk.data(), static_cast<std::size_t>(n));
      continue;
    }
    // virtlogd rotates a log of more than 2 MiB.
    struct stat ours = {};
    struct stat current = {};
    if (::fstat(file_.get(), &ours) != 0 || ::stat(log_.c_str(), &current) != 0) {
      return Error::FromErrno("check QEMU log for rotation", log_, errno);
    }
    if (ours.st_ino == current.st_ino && ours.st_dev == current.st_dev) return Ok{};
    UniqueFd next(::open(log_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!next) return Error::FromErrno("open QEMU log", log_, errno);
    file_ = std::move(next);
  }
}

Result<QemuTrace::Events> QemuTrace::Read(Deadline deadline) {
  const std::string mark = "dualpath_read_" + std::to_string(text_.size());
  DUALPATH_TRY_STATUS(AwaitMark(mark, deadline));
  Events events;
  std::istringstream lines(text_);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(mark) != std::string::npos) break;
    const auto parsed = ParseQemuTraceLine(line);
    if (!parsed.ok()) {
      events.not_understood.push_back(line);
    } else if (*parsed) {
      events.events.push_back(**parsed);
    }
  }
  return events;
}

}  // namespace dualpath::observe
