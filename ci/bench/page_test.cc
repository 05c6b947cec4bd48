#include "ci/bench/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/bench/fake_figures.h"

namespace dualpath::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(BenchPage, EscapesMarkupAndIsSelfContained) {
  const std::string page = Page(FakeFigures());
  EXPECT_THAT(page, HasSubstr("restore.assertion.median"));
  EXPECT_THAT(page, Not(HasSubstr("</script><b>virtual"))) << "markup in texts is escaped";
  for (const char* place : {"@STYLE@", "@CODE@", "@BENCH@", "http://", "https://", "src="}) {
    EXPECT_THAT(page, Not(HasSubstr(place)));
  }
}

}  // namespace
}  // namespace dualpath::bench
