#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::multipath {

/// Of multipath-tools. OL7 says 0.4.9 whatever Red Hat has patched into it.
struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;

  std::string ToString() const;  ///< "0.11.1"
};

bool operator==(const Version& a, const Version& b);
bool operator!=(const Version& a, const Version& b);
bool operator<(const Version& a, const Version& b);
bool operator<=(const Version& a, const Version& b);
bool operator>(const Version& a, const Version& b);
bool operator>=(const Version& a, const Version& b);

/// Out of what `multipath -h` prints (on standard error): "multipath-tools v0.11.1 (11/21, 2024)".
Result<Version> ParseVersion(const std::string& usage);

}  // namespace dualpath::multipath
