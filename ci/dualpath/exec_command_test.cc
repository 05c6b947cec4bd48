#include "ci/dualpath/exec_command.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "ci/dualpath/common_options.h"
#include "helpers/base/exit_code.h"

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Ended {
  int code = 0;
  std::string err;
};

/// Parses and runs an invalid command line.
Ended RunRefused(std::vector<std::string> words) {
  CLI::App app;
  ExecCommand exec(app);
  std::vector<char*> argv;
  argv.reserve(words.size());
  for (std::string& word : words) argv.push_back(word.data());
  ::testing::internal::CaptureStderr();
  app.parse(exec.TakeWordsAfterSeparator(static_cast<int>(argv.size()), argv.data()), argv.data());
  const int code = exec.Run();
  return {code, ::testing::internal::GetCapturedStderr()};
}

TEST(ExecCommand, NeedsAProgram) {
  const Ended ended = RunRefused({"dualpath", "exec", "--strict"});
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("no case program given"));
}

TEST(ExecCommand, RejectsUnknownOptionsBeforeTheProgram) {
  const Ended ended = RunRefused({"dualpath", "exec", "--fast", "program"});
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("unknown option --fast"));
}

TEST(ExecCommand, AcceptsNoProgramWithAFioJob) {
  const Ended ended = RunRefused({"dualpath", "exec", "--fio", "a.fio", "program"});
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("(program)"));
}

TEST(ExecCommand, TheFirstWordAfterTheSeparatorIsTheProgram) {
  const Ended ended = RunRefused({"dualpath", "exec", "--", "/nonexistent/program", "--strict"});
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("/nonexistent/program: No such file"));
}

TEST(ExecCommand, AValueOfAVariableIsRefusedByTheVariablesName) {
  const auto refuse = [](std::vector<std::string> words) -> std::string {
    CLI::App app;
    const ExecCommand exec(app);
    std::vector<char*> argv;
    argv.reserve(words.size());
    for (std::string& word : words) argv.push_back(word.data());
    try {
      app.parse(static_cast<int>(argv.size()), argv.data());
    } catch (const CLI::ParseError& error) {
      return NameVariable(error.what(), app, words);
    }
    return "accepted";
  };
  ::setenv("DUALPATH_STACK", "hurd", 1);
  EXPECT_THAT(refuse({"dualpath", "exec", "program"}), StartsWith("DUALPATH_STACK: hurd not in {"));
  EXPECT_THAT(refuse({"dualpath", "exec", "--stack", "plan9", "program"}),
              StartsWith("--stack: plan9 not in {"));
  EXPECT_THAT(refuse({"dualpath", "exec", "--stack=plan9", "program"}),
              StartsWith("--stack: plan9 not in {"));
  ::unsetenv("DUALPATH_STACK");
  ::setenv("DUALPATH_STOP_BEFORE", "x", 1);
  EXPECT_THAT(refuse({"dualpath", "exec", "program"}), HasSubstr("DUALPATH_STOP_BEFORE"));
  ::unsetenv("DUALPATH_STOP_BEFORE");
}

TEST(ExecCommand, RefusesATimeScaleThatIsNoNumber) {
  ::setenv("DUALPATH_TIME_SCALE", "abc", 1);
  const Ended ended = RunRefused({"dualpath", "exec", "/bin/true"});
  ::unsetenv("DUALPATH_TIME_SCALE");
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("DUALPATH_TIME_SCALE=\"abc\": must be a positive number"));
}

TEST(ExecCommand, AnOverlayIsOneWordAndMayBeRepeated) {
  const Ended ended = RunRefused({"dualpath", "exec", "--overlay", "/bin/sh", "--overlay",
                                  "/nonexistent/b", "/bin/true", "x"});
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("/nonexistent/b: no such file"));
}

TEST(ExecCommand, ThePartsOfTheLabAreNotForTheHost) {
  const Ended ended =
      RunRefused({"dualpath", "exec", "--place", "host", "--append", "quiet", "/bin/true"});
  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("are for the lab"));
}

TEST(ExecCommand, LeavesTheSeparatorOfOtherCommandsToTheParser) {
  CLI::App app;
  ExecCommand exec(app);
  std::vector<std::string> words = {"dualpath", "cp", "--", "-"};
  std::vector<char*> argv;
  argv.reserve(words.size());
  for (std::string& word : words) argv.push_back(word.data());
  EXPECT_EQ(exec.TakeWordsAfterSeparator(4, argv.data()), 4);
}

}  // namespace
}  // namespace dualpath::cli
