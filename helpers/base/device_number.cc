#include "helpers/base/device_number.h"

#include <tuple>

#include "helpers/base/number.h"

namespace dualpath {

Result<DeviceNumber> DeviceNumber::Parse(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos) {
    const auto major = ParseWhole<unsigned>(text.substr(0, colon));
    const auto minor = ParseWhole<unsigned>(text.substr(colon + 1));
    if (major && minor) return DeviceNumber{*major, *minor};
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

}  // namespace dualpath
