#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::lio {

/// Checks the name of a loopback target in /sys/kernel/config/target/loopback: "naa." and 16
/// lower-case hexadecimal digits. The kernel accepts more, but rtslib converts names to lower case,
/// so that targetcli could not address a target with upper-case digits.
inline Status ValidateNaa(const std::string& name) {
  constexpr std::size_t kPrefix = 4;
  constexpr std::size_t kDigits = 16;
  if (name.compare(0, kPrefix, "naa.") == 0 && name.size() == kPrefix + kDigits &&
      name.find_first_not_of("0123456789abcdef", kPrefix) == std::string::npos) {
    return Ok{};
  }
  return Error::Because("validate target name", "\"" + name + "\"",
                        "must be \"naa.\" and 16 lower-case hexadecimal digits, as in "
                        "naa.5001405f01234ba3");
}

}  // namespace dualpath::lio
