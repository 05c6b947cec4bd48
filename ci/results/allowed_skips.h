#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::results {

/// Skips that a run may have, as listed in ci/allowed-skips: lines "PATTERN: TEXT", for cases whose
/// name matches the pattern (fnmatch(3)) and whose reason contains the text. Empty lines and those
/// that begin with '#' are ignored.
class AllowedSkips {
 public:
  static Result<AllowedSkips> Read(const std::string& file);

  bool Allow(const std::string& name, const std::string& reason) const;

 private:
  struct Rule {
    std::string pattern;
    std::string text;
  };
  std::vector<Rule> rules_;
};

}  // namespace dualpath::results
