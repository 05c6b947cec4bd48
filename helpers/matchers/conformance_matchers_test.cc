#include "helpers/matchers/conformance_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using scsi::ConformanceReport;
using Verdict = scsi::ConformanceVerdict;

const ConformanceReport kReport{{{"Read10.Simple", Verdict::kPassed},
                                 {"Unmap.VPD", Verdict::kSkipped, {"[SKIPPED] UNMAP"}},
                                 {"Verify10.Dpo", Verdict::kFailed, {"[FAILED] VERIFY10"}}}};

TEST(HasVerdicts, NeedsThoseListedAndNoOthers) {
  EXPECT_THAT(kReport,
              HasVerdicts({{"Unmap.VPD", Verdict::kSkipped}, {"Verify10.Dpo", Verdict::kFailed}}));
  EXPECT_EQ(WhyNot(HasVerdicts({{"Unmap.VPD", Verdict::kSkipped}}), kReport),
            "in which Verify10.Dpo failed instead of passed ([FAILED] VERIFY10)");
}

TEST(HasVerdicts, NamesAnUnexpectedPassAndATestThatDidNotRun) {
  EXPECT_EQ(WhyNot(HasVerdicts({{"Read10.Simple", Verdict::kFailed},
                                {"Unmap.VPD", Verdict::kFailed},
                                {"Verify10.Dpo", Verdict::kFailed},
                                {"Verify16.Dpo", Verdict::kFailed}}),
                   kReport),
            "in which Read10.Simple passed instead of failed ()\n"
            "Unmap.VPD skipped instead of failed ([SKIPPED] UNMAP)\n"
            "Verify16.Dpo did not run");
}

}  // namespace
}  // namespace dualpath
