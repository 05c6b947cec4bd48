#include "helpers/dm/device_number.h"

#include <charconv>
#include <tuple>

namespace dualpath::dm {
namespace {

bool ParseUnsigned(const char* begin, const char* end, unsigned* number) {
  const auto [stopped, ec] = std::from_chars(begin, end, *number);
  return ec == std::errc() && stopped == end;
}

}  // namespace

Result<DeviceNumber> DeviceNumber::Parse(const std::string& text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const std::size_t colon = text.find(':');
  DeviceNumber number;
  if (colon != std::string::npos && ParseUnsigned(begin, begin + colon, &number.major) &&
      ParseUnsigned(begin + colon + 1, end, &number.minor)) {
    return number;
  }
  return Error::Because("parse device number", "'" + text + "'",
                        "expected MAJOR:MINOR, two decimal numbers");
}

std::string DeviceNumber::ToString() const {
  return std::to_string(major) + ":" + std::to_string(minor);
}

bool operator==(const DeviceNumber& a, const DeviceNumber& b) {
  return a.major == b.major && a.minor == b.minor;
}

bool operator!=(const DeviceNumber& a, const DeviceNumber& b) { return !(a == b); }

bool operator<(const DeviceNumber& a, const DeviceNumber& b) {
  return std::tie(a.major, a.minor) < std::tie(b.major, b.minor);
}

}  // namespace dualpath::dm
