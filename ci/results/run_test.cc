#include "ci/results/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ci/results/fake_results.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/shell_words.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunTest : public ::testing::Test {
 protected:
  RunResults Read() const { return ReadRun(results_.path(), results_.previous()); }

  /// Returns the only case of the run.
  CaseRun ReadOne() const {
    RunResults run = Read();
    EXPECT_THAT(run.cases, SizeIs(1));
    return run.cases.empty() ? CaseRun() : run.cases[0];
  }

  FakeResults results_;
};

TEST_F(RunTest, HasTheVerdictOfEachCase) {
  results_.WriteCase("A.Fails", FakeResults::kFailed, 7, 70);
  results_.WriteCase("A.Passes");
  results_.WriteCase("A.Skips", FakeResults::kSkipped);
  const RunResults run = Read();
  ASSERT_THAT(run.cases, SizeIs(3));
  const CaseRun& failed = run.cases[0];
  EXPECT_EQ(failed.name, "A.Fails");
  EXPECT_EQ(failed.verdict, Verdict::kFailed);
  ASSERT_THAT(failed.failures, SizeIs(2));
  EXPECT_EQ(failed.failures[0].Location(), "cases/path_offline.cc:20");
  EXPECT_EQ(failed.failures[0].text, "Value of: a\n  Actual: <b>");
  EXPECT_EQ(failed.failures[1].Location(), "");
  EXPECT_EQ(failed.failures[1].text, "an exception");
  EXPECT_EQ(failed.file, "cases/path_offline.cc");
  EXPECT_EQ(failed.line, 12);
  EXPECT_EQ(failed.Family(), "path offline");
  EXPECT_EQ(failed.real_seconds, 7);
  EXPECT_EQ(failed.virtual_seconds, 70);
  EXPECT_EQ(failed.directory, "A.Fails");
  EXPECT_EQ(run.cases[1].verdict, Verdict::kPassed);
  EXPECT_EQ(run.cases[2].verdict, Verdict::kSkipped);
  EXPECT_EQ(run.cases[2].reason, "no fio; install it");
  EXPECT_EQ(run.Count(Verdict::kPassed), 1);
  EXPECT_EQ(run.real_seconds, 17);
  EXPECT_EQ(run.virtual_seconds, 170);
  EXPECT_GT(run.ended, 0);
  EXPECT_EQ(run.previous, "");
}

TEST_F(RunTest, IsEmptyWithoutResults) {
  EXPECT_THAT(Read().cases, IsEmpty());
  fs::create_directories(results_.path() + "/not-a-case");
  FakeResults::Write(results_.path() + "/junit.xml", "");
  EXPECT_THAT(Read().cases, IsEmpty());
}

TEST_F(RunTest, ACaseWithoutAReportHasNoVerdict) {
  fs::create_directories(results_.path() + "/A.B");
  const CaseRun without = ReadOne();
  EXPECT_EQ(without.name, "A.B");
  EXPECT_EQ(without.verdict, Verdict::kNoVerdict);
  EXPECT_THAT(without.failures.at(0).text, HasSubstr("no verdict yet"));
  EXPECT_EQ(without.real_seconds, std::nullopt);
  EXPECT_EQ(without.Family(), "A");
}

TEST_F(RunTest, ACaseWithoutAReportHasTheFamilyOfItsSuite) {
  fs::create_directories(results_.path() + "/A.B");
  FakeResults::WriteCaseIn(results_.previous(), "A.B");
  EXPECT_EQ(ReadOne().Family(), "path offline");
  fs::remove_all(results_.previous());
  results_.WriteCase("A.C");
  EXPECT_EQ(Read().cases.at(0).Family(), "path offline");
}

TEST_F(RunTest, HasOnlyCasesOfItsOwnRun) {
  results_.WriteCase("A.Renamed");
  results_.WriteCase("A.B");
  FakeResults::Write(results_.path() + "/A.Renamed/run-id", "an earlier run\n");
  fs::remove(results_.path() + "/dualpath_cases/run-id");
  FakeResults::Write(results_.path() + "/dualpath_cases/gtest.xml", "<testsuites/>");
  EXPECT_EQ(ReadOne().name, "A.B");
  EXPECT_THAT(Read().of_other_runs,
              ElementsAre(results_.path() + "/A.Renamed", results_.path() + "/dualpath_cases"));
}

TEST_F(RunTest, HasTheReasonForNoVerdict) {
  results_.WriteCase("A.B", "<error message=\"the lab panicked\"/>");
  const CaseRun lost = ReadOne();
  EXPECT_EQ(lost.verdict, Verdict::kNoVerdict);
  EXPECT_FALSE(lost.Failed());
  EXPECT_EQ(lost.failures.at(0).text, "the lab panicked");
  EXPECT_EQ(lost.ShellCommand(), "");
}

TEST_F(RunTest, ABrokenReportIsNoVerdict) {
  results_.Mark("A.B");
  FakeResults::Write(results_.path() + "/A.B/gtest.xml", "<testsuites><testsu");
  const CaseRun broken = ReadOne();
  EXPECT_EQ(broken.verdict, Verdict::kNoVerdict);
  EXPECT_EQ(broken.failures.at(0).file, "");
  EXPECT_THAT(broken.failures.at(0).text, HasSubstr("read gtest's report: "));
}

TEST_F(RunTest, AnInvalidTimingIsIgnored) {
  for (const char* timing :
       {"", "[]", "{\"real_seconds\":", "{\"real_seconds\":\"1\",\"virtual_seconds\":null}",
        "{\"real_seconds\":-1,\"virtual_seconds\":1e999}"}) {
    results_.WriteCase("A.B");
    FakeResults::Write(results_.path() + "/A.B/timing.json", timing);
    const CaseRun run = ReadOne();
    EXPECT_EQ(run.real_seconds, std::nullopt) << timing;
    EXPECT_EQ(run.virtual_seconds, std::nullopt) << timing;
    EXPECT_EQ(run.verdict, Verdict::kPassed);
  }
}

TEST_F(RunTest, CasesOfOneProcessShareItsTimes) {
  results_.Mark("dualpath_cases");
  FakeResults::Write(results_.path() + "/dualpath_cases/gtest.xml",
                     R"(<testsuites><testsuite name="A">
                     <testcase name="B" classname="A" status="run" time="1.5"/>
                     <testcase name="C" classname="A" status="run" time="2"/>
                     </testsuite></testsuites>)");
  FakeResults::Write(results_.path() + "/dualpath_cases/timing.json",
                     R"({"real_seconds":9,"virtual_seconds":4})");
  const RunResults run = Read();
  ASSERT_THAT(run.cases, SizeIs(2));
  EXPECT_EQ(run.cases[0].real_seconds, std::nullopt);
  EXPECT_EQ(run.cases[0].virtual_seconds, 1.5);
  EXPECT_EQ(run.cases[1].directory, "dualpath_cases");
  EXPECT_EQ(run.real_seconds, 9);
  EXPECT_EQ(run.virtual_seconds, 4);
}

TEST_F(RunTest, ListsTheFilesOfACase) {
  results_.WriteCase("A.B");
  FakeResults::Write(results_.path() + "/A.B/timeline.html", "12345");
  fs::create_directories(results_.path() + "/A.B/more");
  const CaseRun run = ReadOne();
  std::vector<std::string> names;
  for (const CaseRun::File& file : run.files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("gtest.xml", "more/", "run-id", "timeline.html", "timing.json"));
  EXPECT_EQ(run.files[3].bytes, 5U);
  EXPECT_TRUE(run.Has("timeline.html"));
  EXPECT_FALSE(run.Has("trace.json"));
}

TEST_F(RunTest, HasTheCommandsToRunNext) {
  const std::string shell = process::DualpathCommand() + " shell --at A.B";
  const std::string here = " --results " + process::QuotedForShell(results_.path());
  results_.WriteCase("A.B", FakeResults::kFailed);
  EXPECT_EQ(ReadOne().AloneCommand(), "./ci/cases -- -R '^A\\.B$'");
  EXPECT_EQ(ReadOne().ShellCommand(),
            "DUALPATH_KEEP_SNAPSHOT=1 ./ci/cases -- -R '^A\\.B$'; " + shell);
  FakeResults::Write(results_.path() + "/A.B/snapshot", "");
  EXPECT_EQ(ReadOne().ShellCommand(), shell + here);
  fs::remove(results_.path() + "/A.B/snapshot");
  fs::create_directories(results_.path() + "/A.B/snapshot");
  EXPECT_EQ(ReadOne().ShellCommand(), shell + here);

  CaseRun of_several = ReadOne();
  of_several.directory = "dualpath_cases-A._-1a2b3c4d";
  of_several.results_option = "";
  EXPECT_EQ(of_several.ShellCommand(),
            process::DualpathCommand() + " shell --at dualpath_cases-A._-1a2b3c4d");
}

TEST_F(RunTest, FileNamesAreRelativeToTheRoot) {
  const std::string here = fs::current_path().string();
  for (const std::string& file : {std::string("cases/a.cc"), std::string("./cases/a.cc"),
                                  std::string("../../cases/a.cc"), here + "/cases/a.cc"}) {
    results_.WriteCase("A.B", "<failure message=\"" + file + ":3&#x0A;no\"/>");
    EXPECT_EQ(ReadOne().failures.at(0).Location(), "cases/a.cc:3") << file;
  }
}

TEST_F(RunTest, AMessageWithoutAFileIsUnchanged) {
  for (const std::string& message :
       {std::string("infrastructure: restore: no"), std::string("no:x"), std::string(":5"),
        std::string("at 12:99999999999999999999"), std::string("unknown file"), std::string()}) {
    results_.WriteCase("A.B", "<failure message=\"" + message + "\"/>");
    EXPECT_EQ(ReadOne().failures.at(0).Location(), "") << message;
    EXPECT_EQ(ReadOne().failures.at(0).text, message);
  }
}

TEST_F(RunTest, ComparesVerdictsWithThePreviousRun) {
  for (const char* name : {"A.Breaks", "A.Stays"}) results_.WriteCase(name);
  results_.WriteCase("A.Fixed");
  results_.WriteCase("A.New");
  results_.WriteCase("A.Unskipped");
  results_.WriteCase("A.Breaks", FakeResults::kFailed);
  results_.WriteCase("A.Lost", "<error message=\"\"/>");
  results_.WriteCase("A.Found");
  results_.WriteCase("A.Skips", FakeResults::kSkipped);
  FakeResults::WriteCaseIn(results_.previous(), "A.Found", "<error message=\"\"/>");
  for (const char* name : {"A.Breaks", "A.Stays", "A.Skips", "A.Gone", "A.Lost"}) {
    FakeResults::WriteCaseIn(results_.previous(), name);
  }
  FakeResults::WriteCaseIn(results_.previous(), "A.Fixed", FakeResults::kFailed);
  FakeResults::WriteCaseIn(results_.previous(), "A.Unskipped", FakeResults::kSkipped);
  const RunResults run = Read();
  EXPECT_EQ(run.previous, results_.previous());
  std::vector<std::string> changes;
  for (const CaseRun& each : run.cases) changes.push_back(each.name + ": " + each.Change());
  EXPECT_THAT(changes, ElementsAre("A.Breaks: newly failed", "A.Fixed: fixed",
                                   "A.Found: has a verdict again", "A.Lost: lost its verdict",
                                   "A.New: ", "A.Skips: newly skipped",
                                   "A.Stays: ", "A.Unskipped: no longer skipped"));
  EXPECT_FALSE(run.cases[4].before.has_value());
  EXPECT_THAT(run.not_run, ElementsAre("A.Gone"));
}

TEST_F(RunTest, OnlySignificantDifferencesHaveARatio) {
  const auto ratio = [&](double before, double now) {
    FakeResults::WriteCaseIn(results_.previous(), "A.B", "", before, 0);
    results_.WriteCase("A.B", "", now, 10);
    const CaseRun run = ReadOne();
    // There is no ratio to a time of 0.
    EXPECT_EQ(run.VirtualRatio(), std::nullopt);
    return run.RealRatio().value_or(0);
  };
  EXPECT_EQ(ratio(10, 20), 2);
  EXPECT_EQ(ratio(10, 5), 0.5);
  EXPECT_EQ(ratio(10, 12), 0);
  EXPECT_EQ(ratio(10, 9), 0);
  EXPECT_EQ(ratio(0.1, 0.9), 0);
  results_.WriteCase("A.B", FakeResults::kFailed, 100);
  EXPECT_EQ(ReadOne().RealRatio(), std::nullopt);
}

TEST_F(RunTest, ComparesTheLongestIo) {
  const auto ratio = [&](int before, int now) {
    const auto io = [](int milliseconds) {
      return "<properties><property name=\"longest_io_ms\" value=\"" +
             std::to_string(milliseconds) +
             "\"/><property name=\"longest_gap_ms\" value=\"1500\"/></properties>";
    };
    FakeResults::WriteCaseIn(results_.previous(), "A.B", io(before));
    results_.WriteCase("A.B", io(now));
    return ReadOne().LongestIoRatio().value_or(0);
  };
  EXPECT_EQ(ratio(400, 60000), 150);
  EXPECT_EQ(ratio(1000, 500), 0.5);
  EXPECT_EQ(ratio(100, 500), 0) << "less than half a second";
  EXPECT_EQ(ReadOne().longest_io_seconds, 0.5);
  EXPECT_EQ(ReadOne().longest_gap_seconds, 1.5);
  EXPECT_EQ(ReadOne().before->longest_io_seconds, 0.1);
  results_.WriteCase("A.B");
  EXPECT_EQ(ReadOne().longest_io_seconds, std::nullopt) << "a case without I/O";
}

TEST_F(RunTest, HasTheDescription) {
  results_.WriteCase("A.B",
                     "<properties><property name=\"description\" value=\"both paths are lost\"/>"
                     "</properties>");
  EXPECT_EQ(ReadOne().description, "both paths are lost");
}

TEST_F(RunTest, CountsKnownIssues) {
  results_.WriteCase("A.Fails", std::string(FakeResults::kFailed) + FakeResults::kKnown);
  results_.WriteCase("A.Passes", FakeResults::kKnown);
  results_.WriteCase("A.Skips", std::string(FakeResults::kSkipped) + FakeResults::kKnown);
  const RunResults run = Read();
  ASSERT_THAT(run.cases, SizeIs(3));
  EXPECT_EQ(run.cases[0].known_issue, "https://example.org/1");
  EXPECT_FALSE(run.cases[0].UnexpectedlyPassed());
  EXPECT_TRUE(run.cases[1].UnexpectedlyPassed());
  EXPECT_FALSE(run.cases[2].UnexpectedlyPassed());
  EXPECT_EQ(run.KnownIssues(), 1);
  EXPECT_EQ(run.UnexpectedPasses(), 1);
}

}  // namespace
}  // namespace dualpath::results
