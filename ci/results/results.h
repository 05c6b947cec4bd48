#pragma once

#include <map>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::results {

/// What gtest's XML says about one test.
struct TestVerdict {
  enum class Outcome { kPassed, kFailed, kSkipped };

  std::string name;  ///< "Suite.Case"
  Outcome outcome = Outcome::kPassed;
  std::string message;  ///< the first failure, or the reason of the skip
  std::map<std::string, std::string> properties{};  ///< what the test has put down (RecordProperty)
  std::vector<std::string> failures{};              ///< all of them, each "file:line\nmessage"
  std::string file{};                               ///< of the test; gtest 1.10 does not say
  int line = 0;
  double seconds = 0;  ///< by the clock that the test saw
};

/// `<results>/<test>/gtest.xml` of every test that left one, in order of name.
std::vector<std::string> ReportsIn(const std::string& results);

/// The tests that ran, from gtest's `--gtest_output=xml` file (test(s) that did not run are left
/// out). gtest 1.10 to 1.16.
Result<std::vector<TestVerdict>> ReadVerdicts(const std::string& gtest_xml);

/// Writes a report in gtest's form for a test whose process could not write its own.
Status WriteFailureXml(const std::string& path, const std::string& name,
                       const std::string& message);

/// Merges `<results>/<test>/gtest.xml` of all tests into `<results>/junit.xml`. Concurrent runs
/// may call it: the file is replaced as a whole, under a lock.
Status MergeJunit(const std::string& results);

/// The name of a test's directory in the results: what --gtest_filter selects if that is a single
/// test, else the program's name.
std::string ResultsName(const std::string& program, const std::vector<std::string>& arguments);

/// The same for a test by its name: a parameterized one's has slashes in it.
std::string DirectoryName(std::string test);

}  // namespace dualpath::results
