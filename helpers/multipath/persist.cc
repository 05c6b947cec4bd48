#include "helpers/multipath/persist.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <charconv>
#include <sstream>
#include <utility>

#include "helpers/process/process.h"
#include "helpers/scsi/bytes.h"

namespace dualpath::multipath {
namespace {

using scsi::ReservationType;

/// Exit statuses from 0 up (MPATH_PR_* of libmpathpersist/mpath_persist.h).
constexpr std::array<const char*, 16> kExitStatus = {
    "success",         "bad parameter, or a key other than the configured one",
    "NOT READY",       "MEDIUM ERROR",
    "HARDWARE ERROR",  "ILLEGAL REQUEST",
    "UNIT ATTENTION",  "ILLEGAL REQUEST, invalid operation code",
    "ABORTED COMMAND", "NO SENSE",
    "malformed reply", "RESERVATION CONFLICT",
    "no such device",  "no usable path, or no such map",
    "no thread",       "transport or driver error"};

std::string Key(const std::string& option, std::uint64_t key) {
  return "--param-" + option + "=" + scsi::Hex(key);
}

std::string Type(ReservationType type) {
  return "--prout-type=" + std::to_string(static_cast<unsigned>(type));
}

/// Returns the messages without the usage text that follows every invalid parameter.
std::string MessagesIn(const process::Output& output) {
  std::vector<std::string> messages;
  for (const std::string& text : {output.err, output.out}) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (boost::starts_with(line, "multipath-tools v")) break;
      boost::trim(line);
      if (!line.empty()) messages.push_back(line);
    }
  }
  return boost::join(messages, "; ");
}

/// Returns the hexadecimal number after `label`.
std::optional<std::uint64_t> HexAfter(const std::string& text, const std::string& label) {
  const std::size_t found = text.find(label);
  if (found == std::string::npos) return std::nullopt;
  const char* const begin = text.data() + found + label.size();
  std::uint64_t value = 0;
  const auto [stopped, ec] = std::from_chars(begin, text.data() + text.size(), value, 16);
  if (ec != std::errc() || stopped == begin) return std::nullopt;
  return value;
}

Error UnknownFormat(const std::string& what, const std::string& output) {
  return Error::Because("parse mpathpersist's " + what, "'" + boost::trim_copy(output) + "'",
                        "unknown format");
}

}  // namespace

Persist::Persist(std::string device, std::vector<std::string> program)
    : device_(std::move(device)), program_(std::move(program)) {}

Result<std::string> Persist::Run(const std::vector<std::string>& arguments,
                                 Deadline deadline) const {
  process::Command command{program_};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.argv.push_back(device_);
  DUALPATH_TRY(process::Output output, process::Execute(command, deadline));
  if (output.exit.ok()) return std::move(output.out);
  std::string how = output.exit.ToString();
  const auto code = static_cast<std::size_t>(output.exit.code);
  if (output.exit.signal == 0 && code < kExitStatus.size()) {
    how += std::string(" (") + kExitStatus[code] + ")";
  }
  return Error::Because("run", command.ToString(), how + "; " + MessagesIn(output));
}

Status Persist::Out(std::vector<std::string> arguments, Deadline deadline) const {
  arguments.insert(arguments.begin(), "--out");
  DUALPATH_TRY_STATUS(Run(arguments, deadline));
  return Ok{};
}

Status Persist::Register(std::uint64_t key, std::uint64_t new_key, Deadline deadline) const {
  return Out({"--register", Key("rk", key), Key("sark", new_key)}, deadline);
}

Status Persist::RegisterAndIgnoreExistingKey(std::uint64_t new_key, Deadline deadline) const {
  return Out({"--register-ignore", Key("sark", new_key)}, deadline);
}

Status Persist::Reserve(std::uint64_t key, ReservationType type, Deadline deadline) const {
  return Out({"--reserve", Key("rk", key), Type(type)}, deadline);
}

Status Persist::Release(std::uint64_t key, ReservationType type, Deadline deadline) const {
  return Out({"--release", Key("rk", key), Type(type)}, deadline);
}

Status Persist::Preempt(std::uint64_t key, std::uint64_t victim, ReservationType type,
                        Deadline deadline) const {
  return Out({"--preempt", Key("rk", key), Key("sark", victim), Type(type)}, deadline);
}

Status Persist::PreemptAndAbort(std::uint64_t key, std::uint64_t victim, ReservationType type,
                                Deadline deadline) const {
  return Out({"--preempt-abort", Key("rk", key), Key("sark", victim), Type(type)}, deadline);
}

Status Persist::Clear(std::uint64_t key, Deadline deadline) const {
  return Out({"--clear", Key("rk", key)}, deadline);
}

Result<scsi::RegisteredKeys> Persist::ReadKeys(Deadline deadline) const {
  DUALPATH_TRY(const std::string output, Run({"--in", "--read-keys"}, deadline));
  return ParsePersistKeys(output);
}

Result<scsi::ReservationState> Persist::ReadReservation(Deadline deadline) const {
  DUALPATH_TRY(const std::string output, Run({"--in", "--read-reservation"}, deadline));
  return ParsePersistReservation(output);
}

Result<scsi::RegisteredKeys> ParsePersistKeys(const std::string& output) {
  std::istringstream lines(output);
  std::string head;
  std::getline(lines, head);
  const auto generation = HexAfter(head, "PR generation=0x");
  const std::size_t comma = head.find(',');
  if (!generation || comma == std::string::npos) return UnknownFormat("keys", output);
  std::istringstream words(head.substr(comma + 1));
  std::size_t count = 0;
  std::string registered;
  if (!(words >> count >> registered) || registered != "registered") {
    return UnknownFormat("keys", output);
  }
  scsi::RegisteredKeys keys;
  keys.generation = static_cast<std::uint32_t>(*generation);
  for (std::string line; std::getline(lines, line);) {
    const auto key = HexAfter(line, "0x");
    if (key) keys.keys.push_back(*key);
  }
  if (keys.keys.size() != count) return UnknownFormat("keys", output);
  return keys;
}

Result<scsi::ReservationState> ParsePersistReservation(const std::string& output) {
  const auto generation = HexAfter(output, "PR generation=0x");
  if (!generation) return UnknownFormat("reservation", output);
  scsi::ReservationState state;
  state.generation = static_cast<std::uint32_t>(*generation);
  if (output.find("there is NO reservation held") != std::string::npos) return state;
  const auto key = HexAfter(output, "Key = 0x");
  const std::string label = "type = ";
  const std::size_t found = output.find(label);
  if (!key || found == std::string::npos) return UnknownFormat("reservation", output);
  const std::size_t begin = found + label.size();
  const std::string name = boost::trim_copy(output.substr(begin, output.find('\n', begin) - begin));
  for (const ReservationType type : scsi::kAllReservationTypes) {
    if (boost::iequals(name, ToString(type))) state.reservation = scsi::Reservation{*key, type};
  }
  if (!state.reservation) return UnknownFormat("reservation", output);
  return state;
}

}  // namespace dualpath::multipath
