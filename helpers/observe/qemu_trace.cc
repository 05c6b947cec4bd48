#include "helpers/observe/qemu_trace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/number.h"

namespace dualpath::observe {
namespace {

using nlohmann::json;

/// As QEMU 4.2 to 11 call them; the pool's was thread_pool_complete until 9.2.
const std::array<const char*, 5> kEvents{"virtio_scsi_cmd_*", "*_aio_sgio_command",
                                         "thread_pool_submit_aio", "thread_pool_complete*",
                                         "scsi_req_build_sense"};

/// Prints each command that QEMU's monitor gets: a command of ours marks the place in the log.
const char kMarkEvent[] = "handle_qmp_command";

using Event = decltype(QemuTraceEvent::event);

template <typename T>
std::optional<T> Number(const std::smatch& match, std::size_t group, int base = 16) {
  return ParseWhole<T>(match[group].str(), base);
}

std::optional<Event> ParseRequest(const std::string& text) {
  static const std::regex format(".*tag=0x([0-9a-f]+) cmd=0x([0-9a-f]+).*");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::uint64_t>(match, 1);
  const auto opcode = Number<std::uint8_t>(match, 2);
  if (!tag || !opcode) return std::nullopt;
  return VirtioScsiRequest{*tag, *opcode};
}

std::optional<Event> ParseAnswer(const std::string& text) {
  static const std::regex format(".*tag=0x([0-9a-f]+) response=([0-9]+) status=0x([0-9a-f]+).*");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::uint64_t>(match, 1);
  const auto response = Number<unsigned>(match, 2, 10);
  const auto status = Number<std::uint8_t>(match, 3);
  if (!tag || !response || !status) return std::nullopt;
  return VirtioScsiAnswer{*tag, static_cast<VirtioScsiResponse>(*response),
                          static_cast<scsi::ScsiStatus>(*status)};
}

std::optional<Event> ParseSubmission(const std::string& text) {
  static const std::regex format(
      R"(.*tag=0x([0-9a-f]+) cmd=0x([0-9a-f]+)(?: \(sector ([0-9]+), count [0-9]+\))?.*)");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::uint64_t>(match, 1);
  const auto opcode = Number<std::uint8_t>(match, 2);
  if (!tag || !opcode) return std::nullopt;
  return SgIoSubmission{*tag, *opcode, Number<std::uint64_t>(match, 3, 10)};
}

std::optional<Event> ParsePoolSubmission(const std::string& text) {
  static const std::regex format(".* req 0x([0-9a-f]+) .*");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto request = Number<std::uint64_t>(match, 1);
  if (!request) return std::nullopt;
  return PoolSubmission{*request};
}

std::optional<Event> ParsePoolCompletion(const std::string& text) {
  static const std::regex format(".* req 0x([0-9a-f]+) .* ret (-?[0-9]+)");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto request = Number<std::uint64_t>(match, 1);
  const auto returned = Number<int>(match, 2, 10);
  if (!request || !returned) return std::nullopt;
  return PoolCompletion{*request, std::max(0, -*returned)};
}

std::optional<Event> ParseBuiltSense(const std::string& text) {
  static const std::regex format(
      ".*tag (-?[0-9]+) key 0x([0-9a-f]+) asc 0x([0-9a-f]+) ascq 0x([0-9a-f]+)");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::int64_t>(match, 1, 10);
  const auto key = Number<unsigned>(match, 2);
  const auto asc = Number<unsigned>(match, 3);
  const auto ascq = Number<unsigned>(match, 4);
  if (!tag || !key || !asc || !ascq) return std::nullopt;
  // The others print the same 32 bits without a sign.
  return BuiltSense{static_cast<std::uint32_t>(*tag), *key, *asc, *ascq};
}

struct StampedLine {
  std::int64_t realtime_us = 0;
  std::string event;
  std::string arguments;
};

/// "504@1795360667.883672:EVENT ARGUMENTS"; QEMU 11 has the time of its other messages instead, by
/// `-msg timestamp=on`, which libvirt asks for: "2026-11-22T19:39:10.301048Z EVENT ARGUMENTS".
std::optional<StampedLine> SplitStamp(const std::string& line) {
  static const std::regex since_epoch(R"(\d+@(\d+)\.(\d{6}):([a-zA-Z0-9_]+) (.*))");
  static const std::regex date(
      R"((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z ([a-zA-Z0-9_]+) (.*))");
  std::smatch parts;
  std::optional<std::int64_t> seconds;
  if (std::regex_match(line, parts, since_epoch)) {
    seconds = Number<std::int64_t>(parts, 1, 10);
  } else if (std::regex_match(line, parts, date)) {
    std::tm utc{};
    if (::strptime(parts[1].str().c_str(), "%Y-%m-%dT%H:%M:%S", &utc) == nullptr) return {};
    seconds = ::timegm(&utc);
  }
  if (!seconds) return std::nullopt;
  const auto micros = Number<std::int64_t>(parts, 2, 10);
  return StampedLine{*seconds * 1000000 + micros.value_or(0), parts[3], parts[4]};
}

struct Format {
  const char* event;
  std::optional<Event> (*parse)(const std::string& text);
};

constexpr std::array<Format, 8> kFormats{{
    {"virtio_scsi_cmd_req", ParseRequest},
    {"virtio_scsi_cmd_resp", ParseAnswer},
    {"scsi_disk_aio_sgio_command", ParseSubmission},
    {"scsi_generic_aio_sgio_command", ParseSubmission},
    {"thread_pool_submit_aio", ParsePoolSubmission},
    {"thread_pool_complete_aio", ParsePoolCompletion},
    {"thread_pool_complete", ParsePoolCompletion},
    {"scsi_req_build_sense", ParseBuiltSense},
}};

std::int64_t Microseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000;
}

/// The answer's "return", or its "error" as ours.
Result<json> ReturnOf(const std::string& command, const std::string& answer) {
  const json parsed = json::parse(answer, nullptr, false);
  if (parsed.is_object() && parsed.contains("return")) return parsed.at("return");
  return Error::Because("ask QEMU's monitor", command, "it answered " + answer);
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
    return state.is_object() && state.value("state", "") != "unavailable";
  });
}

}  // namespace

std::string ToString(VirtioScsiResponse response) {
  static constexpr std::array<const char*, 13> kNames{"OK",
                                                      "OVERRUN",
                                                      "ABORTED",
                                                      "BAD_TARGET",
                                                      "RESET",
                                                      "BUSY",
                                                      "TRANSPORT_FAILURE",
                                                      "TARGET_FAILURE",
                                                      "NEXUS_FAILURE",
                                                      "FAILURE",
                                                      "FUNCTION_SUCCEEDED",
                                                      "FUNCTION_REJECTED",
                                                      "INCORRECT_LUN"};
  const auto value = static_cast<std::size_t>(response);
  return value < kNames.size() ? kNames.at(value) : "response " + std::to_string(value);
}

Result<std::optional<QemuTraceEvent>> ParseQemuTraceLine(const std::string& line) {
  const auto stamped = SplitStamp(line);
  if (!stamped) return std::optional<QemuTraceEvent>();
  const auto format = std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& known) {
    return stamped->event == known.event;
  });
  if (format == kFormats.end()) return std::optional<QemuTraceEvent>();
  auto event = format->parse(stamped->arguments);
  if (!event) {
    return Error::Because("parse QEMU's trace", "\"" + line + "\"",
                          "its arguments are in another wording");
  }
  return std::optional(QemuTraceEvent{stamped->realtime_us, *event});
}

std::int64_t RealtimeMinusMonotonic() {
  // Of several readings the one that was interrupted least.
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
  if (!file) return Error::FromErrno("open QEMU's log", log, errno);
  if (::lseek(file.get(), 0, SEEK_END) < 0) return Error::FromErrno("seek QEMU's log", log, errno);
  QemuTrace trace(std::move(monitor), log, std::move(file));
  DUALPATH_TRY_STATUS(trace.SwitchOn());
  const Status marked = trace.AwaitMark("dualpath_begin", deadline);
  if (!marked.ok()) {
    return Error::Because(
        "trace QEMU into", log,
        "its trace backend may be another than \"log\": " + marked.error().ToString());
  }
  return trace;
}

Status QemuTrace::SwitchOn() {
  std::vector<std::string> events(kEvents.begin(), kEvents.end());
  events.emplace_back(kMarkEvent);
  for (const std::string& event : events) {
    DUALPATH_TRY(const std::string states, monitor_(GetState(event)));
    const auto available = ReturnOf(GetState(event), states);
    if (!available.ok() || !IsAnyAvailable(*available)) {
      return Error::Because("trace QEMU", event, "this QEMU has no such trace event");
    }
    DUALPATH_TRY(const std::string answer, monitor_(SetState(event, true)));
    DUALPATH_TRY_STATUS(ReturnOf(SetState(event, true), answer));
    undo_.Add("switch off QEMU's trace event " + event, [monitor = monitor_, event]() -> Status {
      DUALPATH_TRY(const std::string off, monitor(SetState(event, false)));
      DUALPATH_TRY_STATUS(ReturnOf(SetState(event, false), off));
      return Ok{};
    });
  }
  return Ok{};
}

Status QemuTrace::AwaitMark(const std::string& mark, Deadline deadline) {
  // No such event exists, and QEMU's answer says so; what counts is that the log shows the
  // question.
  DUALPATH_TRY_STATUS(monitor_(GetState(mark)));
  return WaitUntil("wait for a mark in", log_, deadline, [&]() -> std::string {
    const Status read = ReadOn();
    if (!read.ok()) return read.error().ToString();
    return text_.find(mark) != std::string::npos ? "" : "there is no " + mark;
  });
}

Status QemuTrace::ReadOn() {
  std::array<char, 65536> chunk{};
  while (true) {
    const ssize_t n = ::read(file_.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::FromErrno("read QEMU's log", log_, errno);
    if (n > 0) {
      text_.append(chunk.data(), static_cast<std::size_t>(n));
      continue;
    }
    // virtlogd renames a log that has grown to 2 MiB, and begins another.
    struct stat ours = {};
    struct stat current = {};
    if (::fstat(file_.get(), &ours) != 0 || ::stat(log_.c_str(), &current) != 0) {
      return Error::FromErrno("look at QEMU's log", log_, errno);
    }
    if (ours.st_ino == current.st_ino && ours.st_dev == current.st_dev) return Ok{};
    UniqueFd next(::open(log_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!next) return Error::FromErrno("open QEMU's log", log_, errno);
    file_ = std::move(next);
  }
}

Result<QemuTrace::Records> QemuTrace::Read(Deadline deadline) {
  const std::string mark = "dualpath_read_" + std::to_string(text_.size());
  DUALPATH_TRY_STATUS(AwaitMark(mark, deadline));
  Records records;
  std::istringstream lines(text_);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(mark) != std::string::npos) break;
    const auto parsed = ParseQemuTraceLine(line);
    if (!parsed.ok()) {
      records.not_understood.push_back(line);
    } else if (*parsed) {
      records.events.push_back(**parsed);
    }
  }
  return records;
}

}  // namespace dualpath::observe
