#pragma once

#include <map>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::results {

enum class Verdict {
  kPassed,
  kFailed,
  kSkipped,
  kNoVerdict,  ///< the case did not run to its end, for an external reason
};

/// One test in gtest's XML report.
struct TestResult {
  std::string name;  ///< "Suite.Case"
  Verdict verdict = Verdict::kPassed;
  std::string message;  ///< first failure, or reason for the skip or for no verdict
  std::map<std::string, std::string> properties{};  ///< properties from RecordProperty
  std::vector<std::string> failures{};              ///< all failures, each "file:line\nmessage"
  std::string file{};                               ///< source file; gtest 1.10 does not report it
  int line = 0;
  double seconds = 0;  ///< duration on the test's clock
};

/// Parses the file of `--gtest_output=xml`, from gtest 1.10 to 1.16, or one of ours. Tests that did
/// not run are omitted.
Result<std::vector<TestResult>> ReadTestResults(const std::string& gtest_xml);

/// Writes a gtest.xml for a test whose process failed without writing one that says so.
Status WriteFailureXml(const std::string& path, const std::string& name,
                       const std::string& message);

/// Message for a case that has no verdict because nothing was written after its beginning.
constexpr char kNoVerdictYet[] =
    "no verdict yet: the case is still running, or was killed together with `dualpath exec`";

/// Writes a gtest.xml for a test without a verdict: with an <error>, which gtest never writes.
Status WriteNoVerdictXml(const std::string& path, const std::string& name,
                         const std::string& message);

/// Merges `<results>/<test>/gtest.xml` of all tests of the results' run (run_id.h) into
/// `<results>/junit.xml`; a missing or unreadable one becomes an <error>. Safe to call
/// concurrently: the file is replaced atomically, under a lock.
Status MergeJunit(const std::string& results);

/// Merges `<directory>/<name>/junit.xml` of each name into `<directory>/junit.xml`; the suites get
/// the prefix "<name>.". A name without that file is left out.
Status MergeJunitOf(const std::string& directory, const std::vector<std::string>& names);

/// Returns whether --gtest_filter selects a single test by its name.
bool SelectsOneTest(const std::vector<std::string>& arguments);

/// Returns the name for the results of what the arguments select: the test's, if it is a single
/// one; the program's; or, for another filter, "PROGRAM-FILTER-DIGEST", so that a run does not
/// replace the results of others.
std::string SelectedTest(const std::string& program, const std::vector<std::string>& arguments);

/// Returns the name of the test's directory: the test's name without the slashes of a parameterized
/// test.
std::string DirectoryName(std::string test);

}  // namespace dualpath::results
