#include "helpers/observe/qemu_trace_line.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <regex>

#include "helpers/base/number.h"
#include "helpers/base/regex_limit.h"

namespace dualpath::observe {
namespace {

using QemuEvent = decltype(QemuTraceEvent::event);

constexpr std::size_t kLongestEvent = 4096;  // of QEMU's: some 200 characters

template <typename T>
std::optional<T> Number(const std::smatch& match, std::size_t group, int base = 16) {
  return ParseWhole<T>(match[group].str(), base);
}

std::optional<QemuEvent> ParseRequest(const std::string& text) {
  static const std::regex format(".*tag=0x([0-9a-f]+) cmd=0x([0-9a-f]+).*");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::uint64_t>(match, 1);
  const auto opcode = Number<std::uint8_t>(match, 2);
  if (!tag || !opcode) return std::nullopt;
  return VirtioScsiRequest{*tag, *opcode};
}

std::optional<QemuEvent> ParseCompletion(const std::string& text) {
  static const std::regex format(".*tag=0x([0-9a-f]+) response=([0-9]+) status=0x([0-9a-f]+).*");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::uint64_t>(match, 1);
  const auto response = Number<unsigned>(match, 2, 10);
  const auto status = Number<std::uint8_t>(match, 3);
  if (!tag || !response || !status) return std::nullopt;
  return VirtioScsiCompletion{*tag, static_cast<VirtioScsiResponse>(*response),
                              static_cast<scsi::ScsiStatus>(*status)};
}

std::optional<QemuEvent> ParseSubmission(const std::string& text) {
  static const std::regex format(
      R"(.*tag=0x([0-9a-f]+) cmd=0x([0-9a-f]+)(?: \(sector ([0-9]+), count [0-9]+\))?.*)");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::uint64_t>(match, 1);
  const auto opcode = Number<std::uint8_t>(match, 2);
  if (!tag || !opcode) return std::nullopt;
  return SgIoSubmission{*tag, *opcode, Number<std::uint64_t>(match, 3, 10)};
}

std::optional<QemuEvent> ParsePoolSubmission(const std::string& text) {
  static const std::regex format(".* req 0x([0-9a-f]+) .*");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto request = Number<std::uint64_t>(match, 1);
  if (!request) return std::nullopt;
  return PoolSubmission{*request};
}

std::optional<QemuEvent> ParsePoolCompletion(const std::string& text) {
  static const std::regex format(".* req 0x([0-9a-f]+) .* ret (-?[0-9]+)");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto request = Number<std::uint64_t>(match, 1);
  const auto returned = Number<int>(match, 2, 10);
  if (!request || !returned) return std::nullopt;
  constexpr int kMostErrno = 4095;
  return PoolCompletion{*request, std::clamp(-std::max(*returned, -kMostErrno), 0, kMostErrno)};
}

std::optional<QemuEvent> ParseBuiltSense(const std::string& text) {
  static const std::regex format(
      ".*tag (-?[0-9]+) key 0x([0-9a-f]+) asc 0x([0-9a-f]+) ascq 0x([0-9a-f]+)");
  std::smatch match;
  if (!std::regex_match(text, match, format)) return std::nullopt;
  const auto tag = Number<std::int64_t>(match, 1, 10);
  const auto key = Number<unsigned>(match, 2);
  const auto asc = Number<unsigned>(match, 3);
  const auto ascq = Number<unsigned>(match, 4);
  if (!tag || !key || !asc || !ascq) return std::nullopt;
  // The other events print the same 32 bits unsigned.
  return BuiltSense{static_cast<std::uint32_t>(*tag), *key, *asc, *ascq};
}

struct StampedLine {
  std::int64_t realtime_us = 0;
  std::string event;
  std::string arguments;
};

/// Splits "504@1795360667.883672:EVENT ARGUMENTS", or "2026-11-22T19:39:10.301048Z EVENT
/// ARGUMENTS": QEMU 11 uses the time stamp of `-msg timestamp=on`, which libvirt sets.
std::optional<StampedLine> SplitStamp(const std::string& line) {
  static const std::regex since_epoch(R"(\d+@(\d+)\.(\d{6}):([a-zA-Z0-9_]+) (.*))");
  static const std::regex date(
      R"((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z ([a-zA-Z0-9_]+) (.*))");
  std::smatch parts;
  std::optional<std::int64_t> seconds;
  if (line.size() > kLongestForRegex) return std::nullopt;  // none of these events
  if (std::regex_match(line, parts, since_epoch)) {
    seconds = Number<std::int64_t>(parts, 1, 10);
  } else if (std::regex_match(line, parts, date)) {
    std::tm utc{};
    if (::strptime(parts[1].str().c_str(), "%Y-%m-%dT%H:%M:%S", &utc) == nullptr) return {};
    seconds = ::timegm(&utc);
  }
  constexpr std::int64_t kMostSeconds = INT64_MAX / 1000000 - 1;
  if (!seconds || *seconds > kMostSeconds) return std::nullopt;
  const auto micros = Number<std::int64_t>(parts, 2, 10);
  return StampedLine{*seconds * 1000000 + micros.value_or(0), parts[3], parts[4]};
}

struct Format {
  const char* event;
  std::optional<QemuEvent> (*parse)(const std::string& text);
};

constexpr std::array<Format, 9> kFormats{{
    {"virtio_scsi_cmd_req", ParseRequest},
    {"virtio_scsi_cmd_resp", ParseCompletion},
    {"scsi_disk_aio_sgio_command", ParseSubmission},
    {"scsi_generic_aio_sgio_command", ParseSubmission},
    {"thread_pool_submit_aio", ParsePoolSubmission},
    {"thread_pool_submit", ParsePoolSubmission},
    {"thread_pool_complete_aio", ParsePoolCompletion},
    {"thread_pool_complete", ParsePoolCompletion},
    {"scsi_req_build_sense", ParseBuiltSense},
}};

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
  // std::regex recurses for each character.
  if (line.size() > kLongestEvent) return std::optional<QemuTraceEvent>();
  const auto stamped = SplitStamp(line);
  if (!stamped) return std::optional<QemuTraceEvent>();
  const auto format = std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& known) {
    return stamped->event == known.event;
  });
  if (format == kFormats.end()) return std::optional<QemuTraceEvent>();
  auto event = format->parse(stamped->arguments);
  if (!event) {
    return Error::Because("parse QEMU trace event", "\"" + line + "\"",
                          "unknown format of the arguments");
  }
  return std::optional(QemuTraceEvent{stamped->realtime_us, *event});
}

}  // namespace dualpath::observe
