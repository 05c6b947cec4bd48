#include "helpers/observe/ftrace_line.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <regex>
#include <sstream>

#include "helpers/base/number.h"
#include "helpers/scsi/bytes.h"

namespace dualpath::observe {
namespace {

/// Returns the value in "name=value", which ends before a blank or a closing parenthesis.
std::optional<std::string> Field(const std::string& text, const std::string& name) {
  for (std::size_t at = text.find(name + "="); at != std::string::npos;
       at = text.find(name + "=", at + 1)) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(') continue;
    const std::size_t begin = at + name.size() + 1;
    return text.substr(begin, text.find_first_of(" )", begin) - begin);
  }
  return std::nullopt;
}

template <typename T>
std::optional<T> NumberField(const std::string& text, const std::string& name) {
  const auto field = Field(text, name);
  return field ? ParseDecimalOrHex<T>(*field) : std::nullopt;
}

std::optional<scsi::Hctl> PathOf(const std::string& fields) {
  const auto host = NumberField<unsigned>(fields, "host_no");
  const auto channel = NumberField<unsigned>(fields, "channel");
  const auto target = NumberField<unsigned>(fields, "id");
  const auto lun = NumberField<unsigned>(fields, "lun");
  if (!host || !channel || !target || !lun) return std::nullopt;
  return scsi::Hctl{*host, *channel, *target, *lun};
}

/// Parses the bytes after "raw=" and before the parenthesis: "2a 00 00 00".
std::optional<std::vector<std::uint8_t>> RawCdb(const std::string& fields) {
  const std::size_t raw = fields.find(" raw=");
  const std::size_t end = fields.find(')', raw);
  if (raw == std::string::npos || end == std::string::npos) return std::nullopt;
  std::vector<std::uint8_t> cdb;
  std::string digits;
  for (std::size_t at = raw + 5; at < end; ++at) {
    if (fields[at] != ' ') digits += fields[at];
    if (digits.size() < 2) continue;
    const auto byte = ParseWhole<unsigned>(digits, 16);
    if (!byte) return std::nullopt;
    cdb.push_back(static_cast<std::uint8_t>(*byte));
    digits.clear();
  }
  if (cdb.empty() || !digits.empty()) return std::nullopt;
  return cdb;
}

/// Returns the first ten bytes of a command from the probe's arguments, eight and two bytes,
/// little-endian. Empty for "(fault)": the caller's memory was not readable.
std::vector<std::uint8_t> ProbedCdb(const std::string& fields) {
  const auto first = NumberField<std::uint64_t>(fields, "cdb");
  const auto last = NumberField<std::uint16_t>(fields, "cdb8");
  std::vector<std::uint8_t> cdb;
  for (unsigned i = 0; first && i < 8; ++i) {
    cdb.push_back(static_cast<std::uint8_t>(*first >> (8 * i)));
  }
  for (unsigned i = 0; first && last && i < 2; ++i) {
    cdb.push_back(static_cast<std::uint8_t>(*last >> (8 * i)));
  }
  return cdb;
}

using Event = decltype(TraceEvent::event);

std::optional<Event> ParseDone(const std::string& fields, bool timed_out) {
  ScsiDone done;
  const auto path = PathOf(fields);
  const auto cdb = RawCdb(fields);
  const auto host = Field(fields, "host");
  const auto status = Field(fields, "status");
  const auto host_byte = host ? scsi::ParseHostByte(*host) : std::nullopt;
  const auto scsi_status = status ? scsi::ParseSamStatus(*status) : std::nullopt;
  if (!path || !cdb || !host_byte || !scsi_status) return std::nullopt;
  done.path = *path;
  done.cdb = *cdb;
  done.host_byte = *host_byte;
  done.status = *scsi_status;
  done.timed_out = timed_out;
  done.sense.key =
      static_cast<scsi::SenseKey>(NumberField<std::uint8_t>(fields, "key").value_or(0));
  done.sense.asc = NumberField<std::uint8_t>(fields, "asc").value_or(0);
  done.sense.ascq = NumberField<std::uint8_t>(fields, "ascq").value_or(0);
  return done;
}

std::optional<Event> ParseRefused(const std::string& fields) {
  const auto path = PathOf(fields);
  const auto cdb = RawCdb(fields);
  const auto reason = NumberField<int>(fields, "rtn");
  if (!path || !cdb || !reason) return std::nullopt;
  return ScsiRefused{*path, *cdb, *reason};
}

/// Parses "8,0 N () 18446744073709551615 + 8 none,0,0 [-19]".
std::optional<Event> ParseBlockError(const std::string& fields) {
  const std::string device = fields.substr(0, fields.find(' '));
  const std::size_t comma = device.find(',');
  const std::size_t bracket = fields.rfind('[');
  if (comma == std::string::npos || bracket == std::string::npos || fields.back() != ']') {
    return std::nullopt;
  }
  const auto major = ParseWhole<unsigned>(device.substr(0, comma));
  const auto minor = ParseWhole<unsigned>(device.substr(comma + 1));
  const auto error = ParseWhole<int>(fields.substr(bracket + 1, fields.size() - bracket - 2));
  if (!major || !minor || !error) return std::nullopt;
  // Before Linux 4.13, `errors` of an SG_IO is not an errno but the SCSI result, 0x000e0000.
  constexpr int kLargestErrno = 4095;
  const int error_number = std::abs(*error);
  return BlockError{{*major, *minor}, error_number <= kLargestErrno ? error_number : EIO};
}

std::optional<Event> ParseSgIo(const std::string& fields) {
  const auto host_byte = NumberField<std::uint16_t>(fields, "host");
  const auto driver_byte = NumberField<std::uint16_t>(fields, "driver");
  const auto status = NumberField<std::uint8_t>(fields, "status");
  if (!host_byte || !driver_byte || !status) return std::nullopt;
  return SgIoReturn{ProbedCdb(fields), static_cast<scsi::HostByte>(*host_byte), *driver_byte,
                    static_cast<scsi::ScsiStatus>(*status)};
}

std::optional<Event> ParseEvent(const std::string& name, const std::string& fields) {
  if (name == "scsi_dispatch_cmd_done") return ParseDone(fields, false);
  if (name == "scsi_dispatch_cmd_timeout") return ParseDone(fields, true);
  if (name == "scsi_dispatch_cmd_error") return ParseRefused(fields);
  if (name == "block_rq_complete") return ParseBlockError(fields);
  if (name == kSgIoEvent) return ParseSgIo(fields);
  return std::nullopt;
}

std::string OpcodeOf(const std::vector<std::uint8_t>& cdb) {
  return "command " + (cdb.empty() ? "without bytes" : scsi::Hex(cdb.front()));
}

struct Describe {
  std::string operator()(const ScsiDone& done) const {
    std::string text = done.path.ToString() + " " + OpcodeOf(done.cdb) + ": " +
                       scsi::ToString(done.host_byte) + ", " + scsi::ToString(done.status);
    if (!(done.sense == scsi::Sense())) text += ", " + done.sense.ToString();
    return text + (done.timed_out ? ", timed out" : "");
  }
  std::string operator()(const ScsiRefused& refused) const {
    return refused.path.ToString() + " " + OpcodeOf(refused.cdb) + ": not accepted, " +
           std::to_string(refused.reason);
  }
  std::string operator()(const BlockError& error) const {
    return error.device.ToString() + ": a request ended with errno " +
           std::to_string(error.error_number);
  }
  std::string operator()(const SgIoReturn& sg_io) const {
    return "SG_IO of " + OpcodeOf(sg_io.cdb) + ": " + scsi::ToString(sg_io.host_byte) + ", " +
           scsi::ToString(sg_io.status) +
           (sg_io.driver_byte == 0 ? "" : ", driver byte " + scsi::Hex(sg_io.driver_byte));
  }
};

}  // namespace

const char kSgIoEvent[] = "dualpath_sg_io";
// Offsets into struct sg_io_hdr of 64-bit Linux (include/scsi/sg.h). The CDB is in the caller's
// memory, from which a probe can read numbers but no arrays of bytes.
const char kSgIoProbe[] =
    "status=+64($arg1):u8 host=+68($arg1):u16 driver=+70($arg1):u16 "
    "cdb=+u0(+24($arg1)):x64 cdb8=+u8(+24($arg1)):x16";

std::string TraceEvent::ToString() const {
  char time[48];
  std::snprintf(time, sizeof time, "[%5lld.%06lld] ",
                static_cast<long long>(monotonic_us / 1000000),
                static_cast<long long>(monotonic_us % 1000000));
  return time + WithoutTime();
}

std::string TraceEvent::WithoutTime() const { return task + ": " + std::visit(Describe(), event); }

Result<TraceEvent> ParseTraceLine(const std::string& line) {
  const auto error = [&](const std::string& reason) {
    return Error::Because("parse trace line", "\"" + line + "\"", reason);
  };
  // "   worker-528     [000] ...1.    99.684921: EVENT: FIELDS"; the flags may be missing.
  static const std::regex format(
      R"(\s*(.+?)-(\d+)\s+\[\d+\]\s+(?:\S+\s+)?(\d+)\.(\d{6}): ([A-Za-z0-9_]+): (.*))");
  std::smatch parts;
  if (!std::regex_match(line, parts, format)) return error("no task, time and event");
  const auto thread_id = ParseWhole<int>(parts[2].str());
  const auto seconds = ParseWhole<std::int64_t>(parts[3].str());
  const auto micros = ParseWhole<std::int64_t>(parts[4].str());
  if (!thread_id || !seconds || !micros) return error("a number is out of range");
  // The fields of a probe begin with its address: "(put_sg_io_hdr+0x0/0xa0 [scsi_mod]) status=...".
  auto event = ParseEvent(parts[5], parts[6]);
  if (!event) return error("unknown event, or unknown format, of " + parts[5].str());
  return TraceEvent{*seconds * 1000000 + *micros, parts[1], *thread_id, std::move(*event)};
}

Trace ParseTrace(const std::string& text) {
  static const std::string entries = "# entries-in-buffer/entries-written: ";
  static const std::regex lost(R"(CPU:\s*\d+ \[LOST (\d+) EVENTS\].*)");
  Trace trace;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (line.compare(0, entries.size(), entries) == 0) {
      std::uint64_t kept = 0;
      std::uint64_t written = 0;
      char slash = 0;
      std::istringstream(line.substr(entries.size())) >> kept >> slash >> written;
      trace.lost += written > kept ? written - kept : 0;
    } else if (line.empty() || line.front() == '#') {
      continue;
    } else if (std::regex_match(line, parts, lost)) {
      trace.lost += ParseWhole<std::uint64_t>(parts[1].str()).value_or(1);
    } else if (auto event = ParseTraceLine(line); event.ok()) {
      trace.events.push_back(std::move(*event));
    } else {
      trace.not_understood.push_back(line);
    }
  }
  return trace;
}

}  // namespace dualpath::observe
