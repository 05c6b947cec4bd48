#include "ci/results/run_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "helpers/process/own_programs.h"

namespace dualpath::results {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Returns the data that the page's script reads.
nlohmann::json Data(const std::string& page) {
  const std::string tag = "id=\"run\">";
  const std::size_t begin = page.find(tag) + tag.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script", begin) - begin), nullptr,
                               false);
}

TEST(RunPage, HasTheRunsData) {
  RunResults run;
  run.results = "build/results";
  run.real_seconds = 3;
  CaseRun failed;
  failed.name = "A.B";
  failed.description = "both paths are lost";
  failed.verdict = Verdict::kFailed;
  failed.failures = {{"cases/a.cc", 7, "</script><b>&\xff"}};
  failed.file = "cases/a.cc";
  failed.directory = "A.B";
  failed.files = {{"gtest.xml", 12}, {"snapshot", 1}};
  failed.before.emplace();
  failed.longest_io_seconds = 0.4;
  run.cases = {failed, {}};
  const std::string page = RunPage(run);
  const auto data = Data(page);
  ASSERT_TRUE(data.is_object()) << page;
  EXPECT_EQ(data["results"], "build/results");
  EXPECT_EQ(data["real"], 3);
  const auto& first = data["cases"][0];
  EXPECT_EQ(first["verdict"], "failed");
  EXPECT_EQ(first["family"], "a");
  EXPECT_EQ(first["description"], "both paths are lost");
  EXPECT_EQ(first["real"], nullptr);
  EXPECT_EQ(first["longest_io"], 0.4);
  EXPECT_EQ(first["longest_gap"], nullptr);
  EXPECT_EQ(first["failures"][0]["at"], "cases/a.cc:7");
  EXPECT_EQ(first["failures"][0]["text"], "</script><b>&\xef\xbf\xbd");
  EXPECT_EQ(first["files"][0]["name"], "gtest.xml");
  EXPECT_EQ(first["change"], "newly failed");
  EXPECT_EQ(first["before"]["verdict"], "passed");
  EXPECT_EQ(first["alone"], "./ci/cases -- -R '^A\\.B$'");
  EXPECT_EQ(first["shell"], process::DualpathCommand() + " shell --at A.B");
  EXPECT_EQ(data["cases"][1]["verdict"], "passed");
  EXPECT_EQ(data["cases"][1]["before"], nullptr);
}

TEST(RunPage, IsSelfContained) {
  const std::string page = RunPage({});
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, Not(HasSubstr("@RUN@")));
  EXPECT_THAT(page, Not(HasSubstr("@STYLE@")));
  EXPECT_THAT(page, Not(HasSubstr("@CODE@")));
}

}  // namespace
}  // namespace dualpath::results
