#include "helpers/timeline/journal_entry.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "helpers/base/number.h"

namespace dualpath::timeline {
namespace {

using nlohmann::json;
using Fields = std::map<std::string, std::string>;

/// The fields that are used, in order of preference.
constexpr std::array kPrograms{"SYSLOG_IDENTIFIER", "_COMM", "ident", "program", "appname"};
constexpr std::array kMessages{"MESSAGE", "log", "message", "msg"};
constexpr std::array kTimes{"time", "@timestamp", "timestamp"};
constexpr char kRealtime[] = "__REALTIME_TIMESTAMP";
constexpr char kMonotonic[] = "__MONOTONIC_TIMESTAMP";

template <std::size_t kCount>
std::string FirstOf(const Fields& fields, const std::array<const char*, kCount>& keys) {
  for (const char* key : keys) {
    if (const auto field = fields.find(key); field != fields.end()) return field->second;
  }
  return "";
}

/// Returns a string, a number, or an array of bytes: journald's form of what is not UTF-8. If a
/// field occurs several times, its value is an array of values: the first one.
std::string TextOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  if (!value.is_array() || value.empty()) return "";
  if (!value.front().is_number_integer()) return TextOf(value.front());
  std::string bytes;
  for (const json& byte : value) {
    constexpr int kMost = 255;
    if (!byte.is_number_integer() || byte < 0 || byte > kMost) return "";
    bytes += static_cast<char>(byte.get<int>());
  }
  return bytes;
}

std::optional<std::int64_t> Microseconds(const Fields& fields, const char* key) {
  const auto field = fields.find(key);
  constexpr std::int64_t kMost = std::int64_t{1} << 60U;  // as in a record
  if (field == fields.end()) return std::nullopt;
  const auto number = ParseWhole<std::int64_t>(field->second);
  return number && *number >= 0 && *number < kMost ? number : std::nullopt;
}

std::optional<CarriedLine> FromFields(const Fields& fields) {
  CarriedLine line;
  line.since_boot_us = Microseconds(fields, kMonotonic);
  if (const auto realtime_us = Microseconds(fields, kRealtime)) {
    line.stamp.us = *realtime_us;
    line.stamp.utc_offset_minutes = 0;
  } else if (line.since_boot_us) {
    line.stamp.kind = Stamp::Kind::kSinceBoot;
    line.stamp.us = *line.since_boot_us;
  } else if (const auto stamp = ParseIsoStamp(FirstOf(fields, kTimes))) {
    line.stamp = *stamp;
  } else {
    return std::nullopt;
  }
  line.program = FirstOf(fields, kPrograms);
  if (const auto transport = fields.find("_TRANSPORT");
      line.program.empty() && transport != fields.end() && transport->second == "kernel") {
    line.program = "kernel";
  }
  line.message = FirstOf(fields, kMessages);
  if (const auto boot = fields.find("_BOOT_ID"); boot != fields.end()) line.boot_id = boot->second;
  const bool is_docker = fields.count("log") > 0 && fields.count("stream") > 0;
  const bool has_newline = !line.message.empty() && line.message.back() == '\n';
  line.continues = is_docker && !has_newline;
  if (has_newline) line.message.pop_back();
  return line;
}

}  // namespace

std::optional<CarriedLine> ParseCarriedJson(std::string_view text) {
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (!object.is_object()) return std::nullopt;
  Fields fields;
  for (const auto& [key, value] : object.items()) fields[key] = TextOf(value);
  if (FirstOf(fields, kMessages).empty() && fields.count(kRealtime) == 0) return std::nullopt;
  return FromFields(fields);
}

std::string_view ProgramInJson(std::string_view line) {
  constexpr std::string_view kKey = "\"SYSLOG_IDENTIFIER\":\"";
  const std::size_t at = line.find(kKey);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + kKey.size());
  return rest.substr(0, std::min(rest.find('"'), rest.size()));
}

bool ExportReader::Begins(std::string_view line) {
  for (const std::string_view field : {"__CURSOR=", "__REALTIME_TIMESTAMP="}) {
    if (line.substr(0, field.size()) == field) return true;
  }
  return false;
}

std::optional<CarriedLine> ExportReader::Add(std::string_view line) {
  in_entry_ = true;
  if (!binary_field_.empty()) return AddBinary(line);
  if (line.empty()) return End();
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    binary_field_ = std::string(line);
    return std::nullopt;
  }
  // The first of several values of one field.
  fields_.emplace(line.substr(0, equals), line.substr(equals + 1));
  return std::nullopt;
}

std::optional<CarriedLine> ExportReader::AddBinary(std::string_view line) {
  constexpr std::size_t kLengthBytes = 8;
  constexpr std::size_t kMostBytes = 1 << 20U;
  constexpr unsigned kBitsPerByte = 8;
  binary_.append(line).append("\n");
  if (binary_.size() < kLengthBytes) return std::nullopt;
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) {
    length = length << kBitsPerByte | static_cast<unsigned char>(binary_[i]);
  }
  if (length > kMostBytes) {  // no length: the field is damaged
    binary_.clear();
    binary_field_.clear();
    return std::nullopt;
  }
  if (binary_.size() < kLengthBytes + length + 1) return std::nullopt;
  fields_.emplace(std::exchange(binary_field_, ""), binary_.substr(kLengthBytes, length));
  binary_.clear();
  return std::nullopt;
}

std::optional<CarriedLine> ExportReader::End() {
  in_entry_ = false;
  binary_field_.clear();
  binary_.clear();
  return FromFields(std::exchange(fields_, {}));
}

}  // namespace dualpath::timeline
