#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::tests {

/// A <testcase>, read as a CI server reads it.
struct JunitCase {
  std::string name;     ///< "Suite.Case"
  std::string verdict;  ///< name of its child "failure", "error" or "skipped"; "passed" if none
  std::string message;  ///< messages of those children
};

struct Junit {
  std::vector<JunitCase> cases;
  int tests = 0, failures = 0, errors = 0, skipped = 0;  ///< totals that the file states
};

/// Reads a junit.xml. Separate from the parser in ci/results, which is under test.
Result<Junit> ReadJunit(const std::string& file);

}  // namespace dualpath::tests
