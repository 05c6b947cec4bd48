#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"

/// iscsi-test-cu, the conformance tests of libiscsi, 1.19 or newer. Besides iSCSI targets it tests
/// disks that support SG_IO. It writes to the first and the last blocks of the disk, and its output
/// is that of CUnit, followed by what the tests themselves print.
namespace dualpath::scsi {

inline constexpr char kConformanceProgram[] = "iscsi-test-cu";

enum class ConformanceVerdict { kPassed, kSkipped, kFailed };

const char* ToString(ConformanceVerdict verdict);

struct ConformanceTest {
  std::string name;  ///< suite and test: "Verify10.Dpo"

  /// CUnit knows only passed and failed. A test that has passed and printed [SKIPPED] has tested
  /// nothing, or less than it can.
  ConformanceVerdict verdict = ConformanceVerdict::kPassed;

  /// What the test printed, and the assertions that failed, each once:
  /// "[SKIPPED] UNMAP is not implemented.", "test_verify10_dpo.c:45  - CU_ASSERT_EQUAL(ret,0)".
  std::vector<std::string> messages{};
};

struct ConformanceReport {
  std::vector<ConformanceTest> tests;  ///< in the order in which they ran

  std::size_t Count(ConformanceVerdict verdict) const;
};

/// Prints "215 tests: 141 passed, 59 skipped, 15 failed".
std::ostream& operator<<(std::ostream& out, const ConformanceReport& report);

/// Returns the arguments for these tests on these devices. With several devices, which must be
/// paths to the same unit, the tests of reservations and multipath use the second one, too.
std::vector<std::string> ConformanceArguments(const std::vector<std::string>& tests,
                                              const std::vector<std::string>& devices);

/// Returns the names of these tests from the output of --list.
std::vector<std::string> ParseConformanceList(const std::string& output);

/// Parses the output. An `Error` if the program ended early: if a test of `list` did not run, one
/// has no verdict, or CUnit's summary is missing or has other sums.
Result<ConformanceReport> ParseConformance(const std::string& output,
                                           const std::vector<std::string>& list);

/// Returns the report as a table with a line for each test: name, verdict, messages.
std::string ToTsv(const ConformanceReport& report);

}  // namespace dualpath::scsi
