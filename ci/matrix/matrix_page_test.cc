#include "ci/matrix/matrix_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::matrix {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MatrixPage, HasEveryCellAndItsReason) {
  results::CaseRun run;
  run.name = run.directory = "A.B";
  run.verdict = results::Verdict::kFailed;
  run.failures = {{"cases/a.cc", 3, "</script>"}};
  Column column;
  column.name = "trixie";
  column.versions = {{"linux-image-amd64", "6.12.57-1"}};
  column.run.cases = {run};
  EXPECT_THAT(MatrixPage({column}),
              AllOf(HasSubstr(R"("name":"trixie")"), HasSubstr(R"("version":"6.12.57-1")"),
                    HasSubstr(R"("word":"failed")"), Not(HasSubstr("\"why\":\"</script>")),
                    Not(HasSubstr("@MATRIX@"))));
}

}  // namespace
}  // namespace dualpath::matrix
