#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath {

/// A block device's major and minor number, written "8:16" in dm tables, sysfs and multipath
/// output.
struct DeviceNumber {
  unsigned major = 0;
  unsigned minor = 0;

  static Result<DeviceNumber> Parse(const std::string& text);
  std::string ToString() const;
};

bool operator==(const DeviceNumber& a, const DeviceNumber& b);
bool operator!=(const DeviceNumber& a, const DeviceNumber& b);
bool operator<(const DeviceNumber& a, const DeviceNumber& b);

}  // namespace dualpath
