#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "helpers/scsi/conformance.h"

namespace dualpath {

/// Verdicts of the conformance tests that do not pass, by name.
using ConformanceVerdicts = std::map<std::string, scsi::ConformanceVerdict>;

/// Those tests have those verdicts, and all others passed.
///   EXPECT_THAT(report, HasVerdicts({{"Verify10.Dpo", scsi::ConformanceVerdict::kFailed}}));
/// fails as
///   Expected: the listed tests are skipped or failed as listed, all others passed
///     Actual: 2 tests: 1 passed, 0 skipped, 1 failed, in which Unmap.VPD failed instead of passed
///             ([FAILED] INQUIRY command failed); ...
::testing::Matcher<const scsi::ConformanceReport&> HasVerdicts(ConformanceVerdicts expected);

}  // namespace dualpath
