#include "ci/results/outcomes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ci/results/run_id.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class OutcomesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_.emplace(std::move(*directory));
  }

  /// Writes gtest's report of one test with this outcome.
  void WriteCase(const std::string& test, const std::string& outcome,
                 const std::string& more = "") {
    const std::string directory = directory_->path() + "/Suite." + test;
    ASSERT_TRUE(BeginCase(directory_->path(), directory, "run").ok());
    const Status written = WriteFileAtomically(
        directory + "/gtest.xml",
        "<testsuites><testsuite name=\"Suite\"><testcase name=\"" + test +
            "\" status=\"run\" result=\"completed\" classname=\"Suite\">" + more +
            (outcome.empty() ? ""
                             : "<properties><property name=\"outcome\" value=\"" + outcome +
                                   "\"/></properties>") +
            "</testcase></testsuite></testsuites>");
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

  int Print() { return PrintOutcomes(directory_->path(), out_, err_); }

  std::optional<TemporaryDirectory> directory_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(OutcomesTest, PrintsARowForEachCaseAndAColumnForEachLayer) {
  WriteCase("Stops",
            "{&quot;fault&quot;:&quot;path offline&quot;,&quot;policy&quot;:&quot;stop&quot;,"
            "&quot;guest&quot;:&quot;held, then good&quot;}");
  WriteCase("Reports",
            "{&quot;fault&quot;:&quot;path offline&quot;,&quot;policy&quot;:&quot;report&quot;,"
            "&quot;guest&quot;:&quot;EIO&quot;,&quot;sg_io&quot;:&quot;ENODEV|0&quot;}");
  EXPECT_EQ(Print(), kAllPassed);
  EXPECT_EQ(out_.str(),
            "| fault | policy | sg io | guest | asserted by |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| path offline | report | ENODEV\\|0 | EIO | `Suite.Reports` |\n"
            "| path offline | stop |  | held, then good | `Suite.Stops` |\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(OutcomesTest, OmitsFailedCasesAndCasesWithoutAnOutcome) {
  WriteCase("Fails", "{&quot;fault&quot;:&quot;x&quot;}", "<failure message=\"no\"/>");
  WriteCase("HasNone", "");
  EXPECT_EQ(Print(), kNothingRan);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("recorded an outcome"));
}

TEST_F(OutcomesTest, AnOutcomeThatIsNotAnObjectIsReported) {
  WriteCase("Odd", "EIO");
  EXPECT_EQ(Print(), kNothingRan);
  EXPECT_THAT(err_.str(), StartsWith("dualpath: " + directory_->path() + "/Suite.Odd/gtest.xml"));
}

}  // namespace
}  // namespace dualpath::results
