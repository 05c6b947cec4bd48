#include "ci/results/case_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kStep[] = R"json({"time_us":1000000,"lane":"case","kind":"begin","text":"A.B"}
{"time_us":2000000,"lane":"fault","kind":"fault","text":"delete 3:0:1:0 (sdb)","path":"3:0:1:0"}
)json";
constexpr char kEnd[] = R"({"time_us":3000000,"lane":"case","kind":"end","text":"passed"})"
                        "\n";
constexpr char kJournal[] =
    "[    2.100000] lab kernel: sd 3:0:1:0: [sdb] Synchronizing SCSI cache\n"
    "[    2.500000] lab multipathd[77]: sdb: remove path (uevent)\n"
    "[    2.600000] lab sshd[9]: hello\n";

class CasePages : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_.emplace(std::move(*directory));
  }

  std::string Path(const std::string& name) const { return directory_->path() + "/" + name; }
  void Put(const std::string& name, const std::string& content) const {
    ASSERT_TRUE(WriteFileAtomically(Path(name), content).ok());
  }
  std::string Get(const std::string& name) const {
    const auto content = ReadFile(Path(name));
    return content.ok() ? *content : content.error().ToString();
  }
  void Write() const {
    const Status written = WriteCasePages(directory_->path(), "A.B: passed");
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

 private:
  std::optional<TemporaryDirectory> directory_;
};

TEST_F(CasePages, ACompleteTimelineIgnoresTheJournal) {
  Put("records.ndjson", std::string(kStep) + kEnd);
  Put("journal.log", kJournal);
  Write();
  EXPECT_THAT(Get("timeline.html"), HasSubstr("<title>A.B: passed"));
  EXPECT_THAT(Get("timeline.html"), HasSubstr("delete 3:0:1:0 (sdb)"));
  EXPECT_THAT(Get("timeline.html"), HasSubstr(R"("clock":"monotonic")"));
  EXPECT_THAT(Get("timeline.html"), Not(HasSubstr("remove path (uevent)")));
  EXPECT_EQ(nlohmann::json::parse(Get("trace.json"))["otherData"]["title"], "A.B: passed");
}

TEST_F(CasePages, AnIncompleteTimelineIsSupplementedFromTheJournal) {
  Put("records.ndjson", std::string(kStep) + R"({"time_us":2400000,"lane":"ca)");
  Put("journal.log", kJournal);
  Write();
  const std::string page = Get("timeline.html");
  EXPECT_THAT(page, HasSubstr("delete 3:0:1:0 (sdb)"));
  EXPECT_THAT(page, HasSubstr("remove path (uevent)"));
  EXPECT_THAT(page, HasSubstr("exited before it completed"));
  EXPECT_THAT(page, HasSubstr("not understood"));
}

TEST_F(CasePages, AMissingTimelineIsReplacedByTheJournal) {
  Put("journal.log", kJournal);
  Write();
  EXPECT_THAT(Get("timeline.html"), HasSubstr("remove path (uevent)"));
}

TEST_F(CasePages, AnIncompleteTimelineWithoutAJournalIsShown) {
  Put("records.ndjson", kStep);
  Write();
  EXPECT_THAT(Get("timeline.html"), HasSubstr("delete 3:0:1:0 (sdb)"));
}

TEST_F(CasePages, NothingIsWrittenWithoutRecordsOrAJournal) {
  Write();
  EXPECT_FALSE(fs::exists(Path("timeline.html")));
  EXPECT_FALSE(fs::exists(Path("trace.json")));
}

}  // namespace
}  // namespace dualpath::results
