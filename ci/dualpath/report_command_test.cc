#include "ci/dualpath/report_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReportCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_.emplace(*std::move(directory));
    options_.page = In("out/timeline.html");
  }

  std::string In(const std::string& name) const { return directory_->path() + "/" + name; }

  void Add(const std::string& name, const std::string& content) {
    ASSERT_TRUE(WriteFileAtomically(In(name), content).ok());
    options_.incident.files.push_back(In(name));
  }

  int Run() { return RunReport(options_, out_, err_); }

  std::optional<TemporaryDirectory> directory_;
  ReportOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ReportCommandTest, WritesThePageAndPrintsASummary) {
  Add("messages",
      "garbage\n"
      "2022-05-20T06:17:50Z vm sshd[1]: Accepted\n"
      "2022-05-20T06:17:50Z vm multipathd: sdb [8:16]: path removed from map mpathc\n"
      "2022-05-20T06:18:20Z vm multipathd: checker failed path 8:32 in map mpathc\n");
  options_.trace = In("trace.json");
  options_.records = In("records.ndjson");
  options_.json = In("account.json");
  EXPECT_EQ(Run(), 0) << err_.str();
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(
      out_.str(),
      "mpathc: 2 paths known. queue_if_no_path: not in this log; no_path_retry: not in this "
      "log; failback: not in this log.\n"
      "Path sdb was lost at 2022-05-20 06:17:50 (removed); first in the log is multipathd, from "
      "a uevent of udev: \"sdb [8:16]: path removed from map mpathc\"; that it came back is not "
      "in this log.\n"
      "Path 8:32 was lost at 2022-05-20 06:18:20 (failed); first in the log is multipathd's "
      "checker: \"checker failed path 8:32 in map mpathc\"; that it came back is not in this "
      "log.\n"
      "Whether I/O was queued, or failed for lack of a path, is not in this log.\n"
      "\n"
      "time     2022-05-20 06:17:50 to 2022-05-20 06:18:20, 30.0 s\n"
      "records  path 2, multipathd 2, from 4 lines\n"
      "maps     mpathc\n"
      "paths    8:32, sdb\n"
      "note     not shown: 1 line of other programs (sshd 1)\n"
      "note     1 line not understood: no time at the beginning; first " +
          In("messages") +
          ":1: 'garbage'\n"
          "page     " +
          options_.page + "\ntrace    " + options_.trace + "\njson     " + options_.json +
          "\nrecords  " + options_.records + "\n");
  const auto page = ReadFile(options_.page);
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, HasSubstr("<title>messages</title>"));
  EXPECT_THAT(*page, HasSubstr("path removed from map mpathc"));
  const auto trace = ReadFile(options_.trace);
  ASSERT_TRUE(trace.ok());
  EXPECT_EQ(nlohmann::json::parse(*trace)["otherData"]["clock"], "wall");
  EXPECT_THAT(*page, HasSubstr("Path sdb was lost at 2022-05-20 06:17:50"));
  const auto account = ReadFile(options_.json);
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(nlohmann::json::parse(*account)["maps"][0]["losses"].size(), 2U);
  const auto records = ReadFile(options_.records);
  ASSERT_TRUE(records.ok());
  const auto parsed = timeline::ParseNdjson(*records);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->size(), 4U);
}

TEST_F(ReportCommandTest, AMissingFileIsAUsageError) {
  options_.incident.files = {"/nonexistent/messages"};
  EXPECT_EQ(Run(), 2);
  EXPECT_EQ(err_.str(),
            "dualpath report: read: /nonexistent/messages: No such file or directory (errno 2)\n");
  EXPECT_EQ(out_.str(), "");
  EXPECT_FALSE(std::filesystem::exists(options_.page));
}

TEST_F(ReportCommandTest, ADirectoryIsAUsageError) {
  options_.incident.files = {directory_->path()};
  EXPECT_EQ(Run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("Is a directory"));
}

TEST_F(ReportCommandTest, NoLineForTheTimelineIsAUsageErrorAndWritesNoFile) {
  Add("notes.txt", "hello\nworld\n2022-05-20T06:17:50Z vm sshd[1]: Accepted\n");
  EXPECT_EQ(Run(), 2);
  EXPECT_THAT(err_.str(), StartsWith("dualpath report: notes.txt: no line of multipathd, QEMU or "
                                     "the kernel's storage drivers in 3 lines\n"));
  EXPECT_THAT(err_.str(), HasSubstr("2 lines not understood: no time at the beginning; first"));
  EXPECT_THAT(err_.str(), HasSubstr("1 line of other programs (sshd 1)"));
  EXPECT_EQ(out_.str(), "");
  EXPECT_FALSE(std::filesystem::exists(options_.page));
}

TEST_F(ReportCommandTest, NamesTheCommandForTopologyAlone) {
  Add("ll.txt",
      "mpatha (36001405aa) dm-0 LIO-ORG,storage\n"
      "size=1.0G features='0' hwhandler='1 alua' wp=rw\n");
  EXPECT_EQ(Run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("`multipath -ll` is there (1 map), but no log: for that, use "
                                    "dualpath topology"));
}

TEST_F(ReportCommandTest, AnEmptyFileIsAUsageError) {
  Add("empty", "");
  EXPECT_EQ(Run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("in 0 lines"));
}

TEST_F(ReportCommandTest, APageThatCannotBeWrittenIsAUsageError) {
  Add("messages", "2022-05-20T06:17:50Z vm multipathd: 8:16: reinstated\n");
  options_.page = In("messages") + "/timeline.html";
  EXPECT_EQ(Run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("timeline.html: Not a directory"));
}

TEST_F(ReportCommandTest, ThePageNotesOmissions) {
  std::string content;
  for (int i = 0; i < 100; ++i) content += "2022-05-20T06:17:50Z vm multipathd: 8:16: reinstated\n";
  Add("messages", content);
  options_.incident.most_lines = 10;
  EXPECT_EQ(Run(), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("too many lines for one page: 9"));
  EXPECT_THAT(*ReadFile(options_.page), HasSubstr("too many lines for one page: 9"));
}

}  // namespace
}  // namespace dualpath::cli
