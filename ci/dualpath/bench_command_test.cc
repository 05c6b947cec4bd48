#include "ci/dualpath/bench_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;

/// Returns the parser's error message; empty if none.
std::string ParseErrorOf(const std::string& command_line) {
  CLI::App app;
  const BenchCommand bench(app);
  try {
    app.parse(command_line);
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  EXPECT_TRUE(bench.parsed());
  return "";
}

TEST(BenchCommand, AcceptsItsOptions) {
  EXPECT_EQ(ParseErrorOf("bench"), "");
  EXPECT_EQ(ParseErrorOf("bench --only restore,down --only memory --runs 3 --results /tmp"), "");
  EXPECT_EQ(ParseErrorOf("bench --json a.json --page a.html --table a.md --stack trixie"), "");
}

TEST(BenchCommand, RejectsInvalidValues) {
  EXPECT_THAT(ParseErrorOf("bench --only restore,downn"), HasSubstr("downn"));
  EXPECT_THAT(ParseErrorOf("bench --runs 0"), HasSubstr("0"));
  EXPECT_THAT(ParseErrorOf("bench --runs many"), HasSubstr("many"));
  EXPECT_THAT(ParseErrorOf("bench --results /nonexistent"), HasSubstr("/nonexistent"));
  EXPECT_THAT(ParseErrorOf("bench --stack buster"), HasSubstr("buster"));
  EXPECT_THAT(ParseErrorOf("bench --fast"), HasSubstr("--fast"));
}

TEST(Bench, ChecksThatFilesAreWritableBeforeMeasuring) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string file = directory.path() + "/file";
  ASSERT_TRUE(WriteFileAtomically(file, "").ok());
  for (const std::string& path : {directory.path(), file + "/below"}) {
    SCOPED_TRACE(path);
    bench::BenchOptions options;
    options.json = path;
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(bench::RunBench(options, out, err), kUsage);
    EXPECT_THAT(err.str(), HasSubstr("dualpath bench: write"));
    EXPECT_THAT(err.str(), HasSubstr(path));
    EXPECT_EQ(out.str(), "");
  }
}

}  // namespace
}  // namespace dualpath::cli
