#include "ci/dualpath/bisect_command.h"

#include <gmock/gmock.h>

#include "helpers/base/exit_code.h"

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;

constexpr int kEndsGitBisect = 255;  // git-bisect(1): 128 and above

struct Ended {
  int code = 0;
  std::string err;
};

/// Parses and runs an invalid command line.
Ended RunRefused(const std::string& command_line) {
  CLI::App app;
  BisectCommand bisect(app);
  ::testing::internal::CaptureStderr();
  app.parse(command_line);
  const int code = bisect.Run();
  return {code, ::testing::internal::GetCapturedStderr()};
}

TEST(BisectCommand, NeedsBothEnds) {
  const Ended ended = RunRefused("bisect --good /bin/sh A.B");
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("both are needed"));
}

TEST(BisectCommand, ChecksEveryVersionBeforeItRunsOne) {
  const Ended ended =
      RunRefused("bisect --overlays --good /bin --bad /bin A.B /bin:/nonexistent/b");
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("/nonexistent/b: no such file"));
}

TEST(BisectCommand, TheVersionsTakeThePlaceOfTheKernel) {
  const Ended ended = RunRefused("bisect --good /bin/sh --bad /bin/sh --kernel /k A.B");
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("--kernel /k"));
}

TEST(BisectCommand, WrongUsageOfAStepEndsTheBisection) {
  EXPECT_EQ(RunRefused("bisect --step --good /bin/sh A.B").code, kEndsGitBisect);
  const Ended ended = RunRefused("bisect --step A.B");
  EXPECT_EQ(ended.code, kEndsGitBisect);
  EXPECT_THAT(ended.err, HasSubstr("no arch/x86/boot/bzImage"));
}

}  // namespace
}  // namespace dualpath::cli
