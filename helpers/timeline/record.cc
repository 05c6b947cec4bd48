#include "helpers/timeline/record.h"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

namespace dualpath::timeline {
namespace {

// Keeps the keys in the order in which they are written.
using nlohmann::ordered_json;

constexpr std::array<std::pair<Lane, const char*>, 8> kLanes{{{Lane::kCase, "case"},
                                                              {Lane::kFault, "fault"},
                                                              {Lane::kPath, "path"},
                                                              {Lane::kMap, "map"},
                                                              {Lane::kMultipathd, "multipathd"},
                                                              {Lane::kKernel, "kernel"},
                                                              {Lane::kQemu, "qemu"},
                                                              {Lane::kGuest, "guest"}}};

constexpr std::array<std::pair<Severity, const char*>, 3> kSeverities{
    {{Severity::kInfo, "info"}, {Severity::kWarning, "warning"}, {Severity::kError, "error"}}};

template <typename T>
void Put(ordered_json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

void Put(ordered_json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

/// Whether T can hold the integer; nlohmann-json would wrap it around.
template <typename T>
bool Fits(const ordered_json& integer) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  if (integer.is_number_unsigned()) return integer.get<std::uint64_t>() <= kMost;
  return std::is_signed_v<T> &&
         integer.get<std::int64_t>() >= static_cast<std::int64_t>(std::numeric_limits<T>::min());
}

/// Throws if the field exists but has another type, as nlohmann-json does.
template <typename T>
void Take(const ordered_json& object, const char* key, std::optional<T>& value) {
  const auto field = object.find(key);
  if (field == object.end()) return;
  if (!field->is_number_integer()) throw std::invalid_argument("not an integer");
  if (!Fits<T>(*field)) throw std::out_of_range("out of range");
  value = field->get<T>();
}

/// Like `Take`, for microseconds. Readers add some of them up.
void TakeTime(const ordered_json& object, const char* key, std::optional<std::int64_t>& value) {
  constexpr std::int64_t kMost = std::int64_t{1} << 60;  // 36 000 years
  Take(object, key, value);
  if (value && (*value > kMost || *value < -kMost)) throw std::out_of_range("out of range");
}

void Take(const ordered_json& object, const char* key, std::string& value) {
  if (const auto field = object.find(key); field != object.end()) field->get_to(value);
}

Error Malformed(const std::string& line, const std::string& reason) {
  constexpr std::size_t kMostShown = 120;
  return Error::Because("parse a record of a timeline", "'" + line.substr(0, kMostShown) + "'",
                        reason);
}

auto Fields(const Record& record) {
  return std::tie(record.time_us, record.error_us, record.lane, record.kind, record.severity,
                  record.text, record.duration_us, record.path, record.device, record.map,
                  record.state, record.latency_us, record.error_number, record.sequence,
                  record.block);
}

}  // namespace

const char* Name(Lane lane) {
  for (const auto& [value, name] : kLanes) {
    if (value == lane) return name;
  }
  return "";
}

std::optional<Lane> LaneOf(const std::string& name) {
  for (const auto& [value, known] : kLanes) {
    if (known == name) return value;
  }
  return std::nullopt;
}

const char* Name(Severity severity) {
  for (const auto& [value, name] : kSeverities) {
    if (value == severity) return name;
  }
  return "";
}

std::string Record::ToJsonLine() const {
  ordered_json object;
  object["time_us"] = time_us;
  Put(object, "error_us", error_us);
  object["lane"] = Name(lane);
  Put(object, "kind", kind);
  if (severity != Severity::kInfo) object["severity"] = Name(severity);
  Put(object, "text", text);
  Put(object, "duration_us", duration_us);
  Put(object, "path", path);
  Put(object, "device", device);
  Put(object, "map", map);
  Put(object, "state", state);
  Put(object, "latency_us", latency_us);
  Put(object, "errno", error_number);
  Put(object, "sequence", sequence);
  Put(object, "block", block);
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<Record> Record::ParseJsonLine(const std::string& line) {
  const auto object = ordered_json::parse(line, nullptr, false);
  if (object.is_discarded()) return Malformed(line, "not JSON");
  if (!object.is_object()) return Malformed(line, "not an object");
  const char* field = "";
  try {
    Record record;
    std::optional<std::int64_t> time_us;
    TakeTime(object, field = "time_us", time_us);
    if (!time_us) return Malformed(line, "no time_us");
    record.time_us = *time_us;
    std::string lane_name;
    Take(object, field = "lane", lane_name);
    const auto lane = LaneOf(lane_name);
    if (!lane) return Malformed(line, "unknown lane '" + lane_name + "'");
    record.lane = *lane;
    std::string severity_name = Name(Severity::kInfo);
    Take(object, field = "severity", severity_name);
    bool known = false;
    for (const auto& [value, name] : kSeverities) {
      if (name != severity_name) continue;
      record.severity = value;
      known = true;
    }
    if (!known) return Malformed(line, "unknown severity '" + severity_name + "'");
    TakeTime(object, field = "error_us", record.error_us);
    Take(object, field = "kind", record.kind);
    Take(object, field = "text", record.text);
    TakeTime(object, field = "duration_us", record.duration_us);
    Take(object, field = "path", record.path);
    Take(object, field = "device", record.device);
    Take(object, field = "map", record.map);
    Take(object, field = "state", record.state);
    TakeTime(object, field = "latency_us", record.latency_us);
    Take(object, field = "errno", record.error_number);
    Take(object, field = "sequence", record.sequence);
    Take(object, field = "block", record.block);
    return record;
  } catch (const std::exception& error) {
    return Malformed(line, std::string(field) + ": " + error.what());
  }
}

bool operator==(const Record& a, const Record& b) { return Fields(a) == Fields(b); }

void PrintTo(const std::vector<Record>& records, std::ostream* out) {
  *out << records.size() << (records.size() == 1 ? " record" : " records");
}

bool IsUsable(const std::string& state) { return state == "active" || state == "ghost"; }

std::string ToNdjson(const std::vector<Record>& records) {
  std::string text;
  for (const Record& record : records) text += record.ToJsonLine() + "\n";
  return text;
}

Result<std::vector<Record>> ParseNdjson(const std::string& text) {
  std::vector<Record> records;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++number;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto record = Record::ParseJsonLine(line);
    if (!record.ok()) return record.error().While("line " + std::to_string(number));
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace dualpath::timeline
