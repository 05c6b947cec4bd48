#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/process/process.h"

namespace dualpath::flakes {

/// A test as ctest would run it.
struct CtestCase {
  std::string name;
  process::Command command;    ///< with the test's environment
  double timeout_seconds = 0;  ///< ctest's TIMEOUT; 0: none
};

/// Parses the output of `ctest --show-only=json-v1` (ctest(1), "Show as JSON Object Model"). Tests
/// that only set up or clean up for others are omitted.
Result<std::vector<CtestCase>> ParseCtestList(const std::string& json);

/// Returns what identifies the programs of the tests, without reading hundreds of megabytes of
/// them.
std::string BuildOf(const std::vector<CtestCase>& cases);

/// Lists the tests of a build directory that `selection`, options of ctest, selects.
Result<std::vector<CtestCase>> ListCtestCases(const std::string& build,
                                              const std::vector<std::string>& selection);

}  // namespace dualpath::flakes
