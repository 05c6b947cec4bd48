#include "ci/results/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <filesystem>
#include <ostream>
#include <set>
#include <thread>
#include <tuple>

#include "ci/results/run_id.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {

bool operator==(const TestResult& a, const TestResult& b) {
  return std::tie(a.name, a.verdict, a.message) == std::tie(b.name, b.verdict, b.message);
}

void PrintTo(const TestResult& verdict, std::ostream* out) {
  const char* words[] = {"passed", "failed", "skipped", "no verdict"};
  *out << verdict.name << " " << words[static_cast<int>(verdict.verdict)] << " \""
       << verdict.message << "\"";
}

namespace {

namespace fs = std::filesystem;
using boost::property_tree::ptree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

// Reports of a program with one test of each kind, built with each gtest version. gtest 1.10 writes
// neither the reason for a skip nor the number of skips.
constexpr char kGtest110[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="1" errors="0" time="0.75" timestamp="2026-11-22T13:56:01" name="AllTests">
  <testsuite name="Failover" tests="4" failures="1" disabled="1" errors="0" time="0.75" timestamp="2026-11-22T13:56:01">
    <testcase name="Passes" status="run" result="completed" time="0" timestamp="2026-11-22T13:56:01" classname="Failover" />
    <testcase name="Fails" status="run" result="completed" time="0" timestamp="2026-11-22T13:56:01" classname="Failover">
      <failure message="a.cc:3&#x0A;Expected equality of these values:&#x0A;  1&#x0A;  2&#x0A;a &lt;b&gt; &amp; &quot;c&quot;" type=""><![CDATA[a.cc:3
Expected equality of these values:
  1
  2
a <b> & "c"]]></failure>
      <failure message="a.cc:3&#x0A;Value of: false&#x0A;  Actual: false&#x0A;Expected: true" type=""><![CDATA[a.cc:3
Value of: false
  Actual: false
Expected: true]]></failure>
    </testcase>
    <testcase name="Skips" status="run" result="skipped" time="0" timestamp="2026-11-22T13:56:01" classname="Failover" />
    <testcase name="DISABLED_Off" status="notrun" result="suppressed" time="0" timestamp="1970-01-01T00:00:00" classname="Failover" />
  </testsuite>
</testsuites>
)";

constexpr char kGtest112[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="1" errors="0" time="0.5" timestamp="2026-11-22T13:55:56.524" name="AllTests">
  <testsuite name="Failover" tests="4" failures="1" disabled="1" skipped="1" errors="0" time="0.5" timestamp="2026-11-22T13:55:56.524">
    <testcase name="Passes" file="a.cc" line="2" status="run" result="completed" time="0" timestamp="2026-11-22T13:55:56.524" classname="Failover" />
    <testcase name="Fails" file="a.cc" line="3" status="run" result="completed" time="0" timestamp="2026-11-22T13:55:56.524" classname="Failover">
      <failure message="a.cc:3&#x0A;Expected equality of these values:&#x0A;  1&#x0A;  2&#x0A;a &lt;b&gt; &amp; &quot;c&quot;" type=""><![CDATA[a.cc:3
Expected equality of these values:
  1
  2
a <b> & "c"]]></failure>
    </testcase>
    <testcase name="Skips" file="a.cc" line="4" status="run" result="skipped" time="0" timestamp="2026-11-22T13:55:56.524" classname="Failover">
      <skipped message="a.cc:4&#x0A;no root; run it as root"><![CDATA[a.cc:4
no root; run it as root]]></skipped>
    </testcase>
    <testcase name="DISABLED_Off" file="a.cc" line="5" status="notrun" result="suppressed" time="0" timestamp="1970-01-01T00:00:00.000" classname="Failover" />
  </testsuite>
</testsuites>
)";

constexpr char kFailure[] = "a.cc:3\nExpected equality of these values:\n  1\n  2\na <b> & \"c\"";

class ResultsTest : public ::testing::Test {
 protected:
  /// Writes a test's report to the results directory and returns its file name.
  std::string Report(const std::string& test, const std::string& xml) const {
    const std::string directory = directory_.path() + "/" + test;
    EXPECT_TRUE(BeginCase(directory_.path(), directory, "run").ok());
    std::string path = directory + "/gtest.xml";
    EXPECT_TRUE(WriteFileAtomically(path, xml).ok());
    return path;
  }

  ptree Merged() const {
    const Status merged = MergeJunit(directory_.path());
    EXPECT_TRUE(merged.ok()) << merged.error().ToString();
    ptree tree;
    boost::property_tree::read_xml(directory_.path() + "/junit.xml", tree);
    return tree.get_child("testsuites");
  }

  static std::string Counts(const ptree& suites) {
    std::string text;
    for (const char* name : {"tests", "failures", "skipped", "disabled", "errors", "time"}) {
      text += suites.get(std::string("<xmlattr>.") + name, "none") + " ";
    }
    return text;
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

using ReadTestResultsTest = ResultsTest;

TEST_F(ReadTestResultsTest, ReadsGtest110) {
  const auto tests = ReadTestResults(Report("a", kGtest110));
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  EXPECT_THAT(*tests, ElementsAre(TestResult{"Failover.Passes", Verdict::kPassed, ""},
                                  TestResult{"Failover.Fails", Verdict::kFailed, kFailure},
                                  TestResult{"Failover.Skips", Verdict::kSkipped, ""}));
}

TEST_F(ReadTestResultsTest, ReadsGtest112) {
  const auto tests = ReadTestResults(Report("a", kGtest112));
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  EXPECT_THAT(*tests, ElementsAre(TestResult{"Failover.Passes", Verdict::kPassed, ""},
                                  TestResult{"Failover.Fails", Verdict::kFailed, kFailure},
                                  TestResult{"Failover.Skips", Verdict::kSkipped,
                                             "a.cc:4\nno root; run it as root"}));
}

TEST_F(ReadTestResultsTest, HasEveryFailureAndTheSourceFile) {
  const auto old = ReadTestResults(Report("a", kGtest110));
  ASSERT_TRUE(old.ok()) << old.error().ToString();
  EXPECT_THAT(old->at(0).failures, IsEmpty());
  EXPECT_THAT(old->at(1).failures,
              ElementsAre(kFailure, "a.cc:3\nValue of: false\n  Actual: false\nExpected: true"));
  EXPECT_EQ(old->at(1).file, "");
  EXPECT_EQ(old->at(1).line, 0);

  const auto tests = ReadTestResults(Report("b", R"(<testsuites><testsuite name="S">
    <testcase name="C" file="cases/a.cc" line="7" status="run" time="2.5" classname="S"/>
    <testcase name="D" file="cases/a.cc" line="x" status="run" time="y" classname="S"/>
    </testsuite></testsuites>)"));
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  EXPECT_EQ(tests->at(0).file, "cases/a.cc");
  EXPECT_EQ(tests->at(0).line, 7);
  EXPECT_EQ(tests->at(0).seconds, 2.5);
  EXPECT_EQ(tests->at(1).line, 0);
  EXPECT_EQ(tests->at(1).seconds, 0);
}

TEST_F(ReadTestResultsTest, ATestThatFailsAndSkipsFailed) {
  const auto tests = ReadTestResults(Report("a", R"(<testsuites><testsuite name="S">
    <testcase name="C" status="run" result="skipped" classname="S">
      <skipped message="not here"/><failure message="broken" type=""/>
    </testcase></testsuite></testsuites>)"));
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  EXPECT_THAT(*tests, ElementsAre(TestResult{"S.C", Verdict::kFailed, "broken"}));
}

TEST_F(ReadTestResultsTest, ReadsAReportWithoutTests) {
  for (const char* xml : {R"(<testsuites tests="0" name="AllTests"></testsuites>)",
                          R"(<testsuites><testsuite name="S"/></testsuites>)"}) {
    EXPECT_THAT(*ReadTestResults(Report("a", xml)), IsEmpty()) << xml;
  }
}

// Unlike a report without tests, an invalid report yields no verdict.
TEST_F(ReadTestResultsTest, AnInvalidOrTruncatedReportIsAnError) {
  for (const std::string& xml :
       {std::string(), std::string("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        std::string("<html/>"), std::string(kGtest112, 700),
        std::string(kGtest112, sizeof(kGtest112) - 20)}) {
    const std::string path = Report("a", xml);
    const auto tests = ReadTestResults(path);
    ASSERT_FALSE(tests.ok()) << xml;
    EXPECT_THAT(tests.error().ToString(), HasSubstr("read gtest's report: " + path + ": "));
  }
  std::string nested = "<testsuites>";
  for (int i = 0; i < 100000; ++i) nested += "<a>";
  EXPECT_THAT(ReadTestResults(Report("a", nested)).error().ToString(), HasSubstr("nested deeper"));
  EXPECT_THAT(ReadTestResults("/no/such.xml").error().ToString(), HasSubstr("No such file"));
}

using WriteFailureXmlTest = ResultsTest;

TEST_F(WriteFailureXmlTest, IsReadBackAsAFailure) {
  const std::string message = "the case's process was killed by \"signal 11\" & <more>";
  const std::string path = Report("a", "");
  ASSERT_TRUE(WriteFailureXml(path, "Failover.DeletingAPath", message).ok());
  const auto tests = ReadTestResults(path);
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  EXPECT_THAT(*tests, ElementsAre(TestResult{"Failover.DeletingAPath", Verdict::kFailed, message}));
  EXPECT_EQ(Counts(Merged()), "1 1 0 0 0 0 ");
}

TEST_F(WriteFailureXmlTest, AcceptsAProgramsName) {
  const std::string path = directory_.path() + "/a/gtest.xml";
  ASSERT_TRUE(WriteFailureXml(path, "dualpath_cases", "it ended").ok());
  EXPECT_THAT(*ReadTestResults(path), ElementsAre(TestResult{"dualpath_cases.dualpath_cases",
                                                             Verdict::kFailed, "it ended"}));
}

using WriteNoVerdictXmlTest = ResultsTest;

TEST_F(WriteNoVerdictXmlTest, IsAnErrorForJunitReaders) {
  const std::string path = Report("a", "");
  ASSERT_TRUE(WriteNoVerdictXml(path, "All/Failover.Deletes/0", "the lab <panicked>").ok());
  EXPECT_THAT(
      *ReadTestResults(path),
      ElementsAre(TestResult{"All/Failover.Deletes/0", Verdict::kNoVerdict, "the lab <panicked>"}));
  const ptree suites = Merged();
  EXPECT_EQ(Counts(suites), "1 0 0 0 1 0 ");
  EXPECT_EQ(suites.get<std::string>("testsuite.testcase.error.<xmlattr>.message", ""),
            "the lab <panicked>");
}

TEST_F(WriteNoVerdictXmlTest, AFailureOutweighsAnError) {
  const auto tests = ReadTestResults(Report("a", R"(<testsuites><testsuite name="S">
    <testcase name="C" status="run" classname="S">
      <error message="lost"/><failure message="broken" type=""/>
    </testcase></testsuite></testsuites>)"));
  EXPECT_THAT(*tests, ElementsAre(TestResult{"S.C", Verdict::kFailed, "broken"}));
}

using MergeJunitTest = ResultsTest;

TEST_F(MergeJunitTest, AddsUpTheCounts) {
  Report("Failover.A", kGtest112);
  Report("Failover.B", kGtest110);
  const ptree suites = Merged();
  EXPECT_EQ(suites.get("<xmlattr>.name", ""), "dualpath");
  EXPECT_EQ(Counts(suites), "8 2 2 2 0 1.25 ");
  EXPECT_EQ(suites.count("testsuite"), 2U);
}

TEST_F(MergeJunitTest, KeepsMessagesAndProperties) {
  Report("Failover.A", kGtest112);
  const ptree suites = Merged();
  const auto tests = ReadTestResults(directory_.path() + "/junit.xml");
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  ASSERT_EQ(tests->size(), 3U);
  EXPECT_EQ(tests->at(1).message, kFailure);
  EXPECT_EQ(tests->at(2).verdict, Verdict::kSkipped);
  std::string details;
  for (const auto& [tag, testcase] : suites.get_child("testsuite")) {
    if (tag == "testcase") details += testcase.get("failure", "") + testcase.get("skipped", "");
  }
  EXPECT_EQ(details, std::string(kFailure) + "a.cc:4\nno root; run it as root");
}

TEST_F(MergeJunitTest, ASkippedTestHasASkippedElement) {
  Report("Failover.A", kGtest110);
  const ptree suites = Merged();
  EXPECT_EQ(Counts(suites), "4 1 1 1 0 0.75 ");
  const ptree& suite = suites.get_child("testsuite");
  EXPECT_EQ(suite.get("<xmlattr>.skipped", ""), "1");
  std::string skipped;
  for (const auto& [tag, testcase] : suite) {
    if (tag == "testcase" && testcase.count("skipped") > 0)
      skipped += testcase.get("<xmlattr>.name", "") + " ";
  }
  EXPECT_EQ(skipped, "Skips ");
}

TEST_F(MergeJunitTest, ReplacesTheLastMerge) {
  Report("Failover.A", kGtest112);
  Merged();
  fs::remove_all(directory_.path() + "/Failover.A");
  fs::create_directory(directory_.path() + "/without-a-report");
  const ptree suites = Merged();
  EXPECT_EQ(Counts(suites), "none none none none none none ");
  EXPECT_EQ(suites.count("testsuite"), 0U);
}

// A launcher that is killed leaves the case's directory, in the worst case without any file.
TEST_F(MergeJunitTest, ACaseWithoutAReportIsAnError) {
  Report("Failover.A", kGtest112);
  fs::create_directory(directory_.path() + "/Failover.Killed");
  const ptree suites = Merged();
  EXPECT_EQ(Counts(suites), "5 1 1 1 1 0.5 ");
}

TEST_F(MergeJunitTest, LeavesOutOtherRuns) {
  Report("Failover.Old", kGtest112);
  EXPECT_TRUE(BeginCase(directory_.path(), directory_.path() + "/Failover.New", "next").ok());
  EXPECT_TRUE(WriteFileAtomically(directory_.path() + "/Failover.New/gtest.xml",
                                  R"(<testsuites><testsuite name="S" tests="1">
    <testcase name="C" status="run" classname="S"/></testsuite></testsuites>)")
                  .ok());
  EXPECT_EQ(Counts(Merged()), "1 0 0 0 0 0 ");
}

TEST_F(MergeJunitTest, AnUnreadableReportIsAnError) {
  Report("Failover.A", kGtest112);
  const std::string cut = Report("Failover.B", "<testsuites><testsu");
  const ptree suites = Merged();
  EXPECT_EQ(Counts(suites), "5 1 1 1 1 0.5 ");
  const auto tests = ReadTestResults(directory_.path() + "/junit.xml");
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  ASSERT_EQ(tests->size(), 4U);
  EXPECT_EQ(tests->at(3).name, "Failover.B");
  EXPECT_EQ(tests->at(3).verdict, Verdict::kNoVerdict);
  EXPECT_THAT(tests->at(3).message, HasSubstr("read gtest's report: " + cut));
}

TEST_F(MergeJunitTest, HasNoCharactersThatXmlForbids) {
  Report("Failover.A",
         "<testsuites><testsuite name='F'><testcase classname='F' name='A'><failure "
         "message='a&#;b&#1;c\x02'/></testcase></testsuite></testsuites>");
  ASSERT_TRUE(MergeJunit(directory_.path()).ok());
  const auto junit = ReadFile(directory_.path() + "/junit.xml");
  ASSERT_TRUE(junit.ok());
  EXPECT_THAT(*junit, HasSubstr("a b c "));
  for (const char c : *junit) EXPECT_TRUE(c >= ' ' || c == '\n') << static_cast<int>(c);
}

TEST_F(MergeJunitTest, AReportNestedWithoutEndCountsAsAFailure) {
  std::string deep = "<testsuites>";
  for (int i = 0; i < 300000; ++i) deep += "<a b='/>'>";
  Report("Failover.A", deep);
  ASSERT_TRUE(MergeJunit(directory_.path()).ok());
  const auto tests = ReadTestResults(directory_.path() + "/junit.xml");
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  ASSERT_EQ(tests->size(), 1U);
  EXPECT_THAT(tests->at(0).message, HasSubstr("nested deeper than"));
}

TEST_F(MergeJunitTest, ConcurrentMergesAreSafe) {
  for (int i = 0; i < 10; ++i) Report("Failover." + std::to_string(i), kGtest112);
  std::array<std::thread, 4> mergers;
  for (std::thread& merger : mergers) {
    merger = std::thread([this] { EXPECT_TRUE(MergeJunit(directory_.path()).ok()); });
  }
  for (std::thread& merger : mergers) merger.join();
  const auto tests = ReadTestResults(directory_.path() + "/junit.xml");
  ASSERT_TRUE(tests.ok()) << tests.error().ToString();
  EXPECT_EQ(tests->size(), 30U);
}

TEST_F(MergeJunitTest, NeedsItsDirectory) {
  EXPECT_THAT(MergeJunit("/no/such").error().ToString(), HasSubstr("/no/such/.junit.lock"));
}

TEST(SelectedTest, IsTheOneThatTheFilterSelects) {
  EXPECT_EQ(SelectedTest("/build/bin/dualpath_cases", {"--gtest_filter=Failover.Delete"}),
            "Failover.Delete");
  EXPECT_EQ(SelectedTest("cases", {"--gtest_also_run_disabled_tests",
                                   "--gtest_filter=Failover.DISABLED_Delete"}),
            "Failover.DISABLED_Delete");
  EXPECT_EQ(SelectedTest("cases", {"--gtest_filter=All/Failover.Delete/0"}),
            "All/Failover.Delete/0");
  EXPECT_EQ(SelectedTest("cases", {"--gtest_filter=A.B", "--gtest_filter=C.D"}), "C.D");
}

TEST(DirectoryName, HasNoSlashes) {
  EXPECT_EQ(DirectoryName("All/Failover.Delete/0"), "All_Failover.Delete_0");
}

TEST(SelectedTest, IsTheProgramWithoutAFilter) {
  for (const char* filter : {"", "*"}) {
    EXPECT_EQ(SelectedTest("/build/bin/dualpath_cases", {std::string("--gtest_filter=") + filter}),
              "dualpath_cases")
        << filter;
  }
  EXPECT_EQ(SelectedTest("dualpath_cases", {}), "dualpath_cases");
  EXPECT_EQ(SelectedTest("/build/bin/dualpath_cases", {"--gtest_repeat=2"}), "dualpath_cases");
}

TEST(SelectedTest, HasANameForEachFilterThatSelectsSeveral) {
  std::set<std::string> names;
  for (const char* const filter : {"Failover.*", "Failover.?", "A.B:C.D", "A.B-C.D", "-A.B", ".",
                                   "..", "...", "Failover", "Failover.", ".Delete"}) {
    const std::vector<std::string> arguments{std::string("--gtest_filter=") + filter};
    EXPECT_FALSE(SelectsOneTest(arguments)) << filter;
    const std::string name = SelectedTest("/build/bin/dualpath_cases", arguments);
    EXPECT_THAT(name, MatchesRegex("dualpath_cases-[A-Za-z0-9._]*-[0-9a-f]+"));
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  const std::string longer(1000, 'x');
  EXPECT_LT(SelectedTest("cases", {"--gtest_filter=" + longer}).size(), 100U);
  EXPECT_TRUE(SelectsOneTest({"--gtest_filter=Failover.Delete"}));
  EXPECT_FALSE(SelectsOneTest({}));
}

}  // namespace
}  // namespace dualpath::results
