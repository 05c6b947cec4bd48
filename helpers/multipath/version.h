#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::multipath {

/// Version of multipath-tools. OL7's is 0.4.9, regardless of Red Hat's backports.
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

/// Parses the output of `multipath -h` (on standard error): "multipath-tools v0.11.1 (11/21,
/// 2024)".
Result<Version> ParseVersion(const std::string& usage);

}  // namespace dualpath::multipath
