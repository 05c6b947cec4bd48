#include "helpers/timeline/incident.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/timeline/durations.h"
#include "helpers/timeline/log_entry.h"

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kTopology[] =
    "mpathc (360014052d347b7c8b8041e9bc817234e) dm-0 LIO-ORG ,storage\n"
    "size=1.0G features='1 queue_if_no_path' hwhandler='0' wp=rw\n"
    "|-+- policy='service-time 0' prio=1 status=active\n"
    "| `- 3:0:1:0 sdb 8:16 active ready running\n"
    "`-+- policy='service-time 0' prio=1 status=enabled\n"
    "  `- 4:0:1:0 sdc 8:32 active ready running\n";

constexpr char kArticle[] =
    "May 20 06:17:50 vm kernel: sd 3:0:1:0: [sdb] Synchronizing SCSI cache\n"
    "May 20 06:17:50 vm multipathd: sdb: remove path (uevent)\n"
    "May 20 06:17:50 vm multipathd: mpathc: load table [0 2097152 multipath 1 queue_if_no_path 0 1 "
    "1 service-time 0 1 1 8:32 1]\n"
    "May 20 06:17:50 vm multipathd: sdb [8:16]: path removed from map mpathc\n"
    "May 20 06:17:50 vm kernel: scsi 3:0:1:0: alua: Detached\n";

class IncidentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_.emplace(*std::move(directory));
  }

  /// Writes a file that was last changed at `modified`, in seconds since 1970.
  std::string File(const std::string& content, std::int64_t modified = 1655000000) {
    const std::string file = directory_->path() + "/log" + std::to_string(++files_);
    EXPECT_TRUE(WriteFileAtomically(file, content).ok());
    const struct timespec times[2] = {{modified, 0}, {modified, 0}};
    EXPECT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
    return file;
  }

  Incident Read(const std::vector<std::string>& contents) {
    IncidentOptions options;
    for (const std::string& content : contents) options.files.push_back(File(content));
    return Read(options);
  }

  static Incident Read(const IncidentOptions& options) {
    auto incident = ReadIncident(options);
    EXPECT_TRUE(incident.ok()) << incident.error().ToString();
    return incident.ok() ? *std::move(incident) : Incident();
  }

  std::optional<TemporaryDirectory> directory_;
  int files_ = 0;
};

/// Returns the texts of all records except the states derived from them.
std::vector<std::string> Texts(const Incident& incident) {
  std::vector<std::string> texts;
  for (const Record& record : incident.timeline.records) {
    if (record.kind != "state" && record.kind != "groups") texts.push_back(record.text);
  }
  return texts;
}

std::vector<std::int64_t> Times(const Incident& incident) {
  std::vector<std::int64_t> times;
  for (const Record& record : incident.timeline.records) {
    if (record.kind == "line") times.push_back(record.time_us);
  }
  return times;
}

std::vector<std::string> Reasons(const Incident& incident) {
  std::vector<std::string> reasons;
  for (const auto& [reason, tally] : incident.not_understood) {
    reasons.push_back(std::to_string(tally.count) + " " + reason);
  }
  return reasons;
}

/// Returns states as "3:0:1:0 deleted".
std::vector<std::string> States(const Incident& incident) {
  std::vector<std::string> states;
  for (const Record& record : incident.timeline.records) {
    if (record.kind != "state" && record.kind != "groups") continue;
    states.push_back((record.lane == Lane::kPath ? record.path : record.map) + " " + record.state);
  }
  return states;
}

TEST_F(IncidentTest, ReadsTheArticlesLog) {
  const Incident incident = Read({kTopology, kArticle});
  EXPECT_EQ(incident.timeline.clock, Timeline::Clock::kWall);
  EXPECT_THAT(incident.not_understood, IsEmpty());
  EXPECT_THAT(States(incident), ElementsAre("3:0:1:0 deleted", "4:0:1:0 active", "mpathc 4:0:1:0",
                                            "mpathc 1 path", "3:0:1:0 removed"));
  // One second in five parts; the file is from June 2022.
  const std::int64_t begin = 1653027470 * kSecond;
  EXPECT_THAT(Times(incident),
              ElementsAre(begin, begin + 200000, begin + 400000, begin + 600000, begin + 800000));
  EXPECT_EQ(incident.timeline.records[0].error_us, kSecond);
  EXPECT_EQ(incident.timeline.records[0].device, "sdb");
}

TEST_F(IncidentTest, TakesNamesFromTheLogIfThereIsNoTopology) {
  EXPECT_THAT(States(Read({kArticle})), ElementsAre("3:0:1:0 deleted", "8:32 active", "mpathc 8:32",
                                                    "mpathc 1 path", "3:0:1:0 removed"));
}

TEST_F(IncidentTest, MergesFilesByTimeAndKeepsTheirOrder) {
  const Incident incident =
      Read({"2022-05-20T06:00:01Z vm multipathd: a1\n"
            "2022-05-20T06:00:05Z vm multipathd: a2\n",
            "2022-05-20T06:00:03Z vm kernel: sd 3:0:1:0: b1\n"
            "2022-05-20T08:00:05.5+02:00 vm kernel: sd 3:0:1:0: b2\n"});
  EXPECT_THAT(Texts(incident), ElementsAre("a1", "sd 3:0:1:0: b1", "a2", "sd 3:0:1:0: b2"));
}

TEST_F(IncidentTest, CountsLinesOfOtherProgramsAndSubsystems) {
  const Incident incident =
      Read({"May 20 06:17:49 vm sshd[1]: Accepted\n"
            "May 20 06:17:49 vm sshd[1]: Accepted\n"
            "May 20 06:17:49 vm cron: run\n"
            "May 20 06:17:49 vm kernel: usb 1-1: new device\n"
            "May 20 06:17:50 vm kernel: device-mapper: multipath: Failing path 8:16.\n"
            "May 20 06:17:50 vm systemd[1]: Started Device-Mapper Multipath Device Controller.\n"
            "May 20 06:17:50 vm libvirtd[9]: guest is paused\n"});
  EXPECT_THAT(incident.other_programs, UnorderedElementsAre(Pair("sshd", 2), Pair("cron", 1)));
  EXPECT_EQ(incident.other_kernel_lines, 1U);
  EXPECT_EQ(incident.lines, 7U);
  EXPECT_THAT(Texts(incident),
              ElementsAre("device-mapper: multipath: Failing path 8:16.",
                          "Started Device-Mapper Multipath Device Controller.", "guest is paused"));
  EXPECT_EQ(incident.timeline.records.back().lane, Lane::kQemu);
}

TEST_F(IncidentTest, CountsLinesNotUnderstoodByReason) {
  const Incident incident =
      Read({"gar\x1b[2Jbage\n"
            "  continued\n"
            "May 35 06:17:50 vm multipathd: x\n"
            "May 20 06:17:50 vm last message repeated 2 times\n"
            "May 20 06:17:50 vm multipathd: mpatha: reload [0 524288 multipath 1 queue_if\n"
            "May 20 06:17:50 vm multipathd: stor\xff"
            "age\n"
            "May 20 06:17:51 vm multipathd: " +
            std::string(70000, 'x') +
            "\n"
            "{\"time_us\":1}\n"
            "May 20 06:17:5"});
  EXPECT_THAT(
      Reasons(incident),
      UnorderedElementsAre("2 no time at the beginning", "1 a time that does not exist",
                           "1 a time, but no program after it",
                           "1 cut off, or in an unknown format: line kept unchanged",
                           "1 bytes that are not UTF-8: line kept, bytes replaced",
                           "1 longer than 64 KiB: the rest was skipped",
                           "1 JSON, but not a record of a timeline or of a log (unknown lane '')",
                           "1 cut off at the end of the file"));
  EXPECT_THAT(incident.not_understood.at("no time at the beginning").first,
              HasSubstr("log1:1: 'gar?[2Jbage'"));
  ASSERT_EQ(incident.timeline.records.size(), 3U);
  EXPECT_EQ(incident.timeline.records[2].text, std::string(4096, 'x'));
}

TEST_F(IncidentTest, CountsEachLineOfWhatOnlyBeginsLikeJson) {
  const Incident incident =
      Read({"{\n\"a\" : 1,\nMay 20 06:17:50 vm multipathd: 8:16: reinstated\n{\n"});
  EXPECT_THAT(Reasons(incident), ElementsAre("3 JSON that does not end"));
  EXPECT_THAT(Texts(incident), ElementsAre("8:16: reinstated"));
}

TEST_F(IncidentTest, KeepsALineThatNoOtherCompletes) {
  const Incident incident =
      Read({"May 20 06:17:50 vm multipathd: sdb - tur checker\n"
            "8:16: reinstated\n"
            "and so on\n"});
  EXPECT_THAT(Texts(incident), ElementsAre("sdb - tur checker"));
  EXPECT_THAT(Reasons(incident), ElementsAre("2 no time at the beginning"));
}

TEST_F(IncidentTest, AMissingYearIsTheLastBeforeTheFileWasChanged) {
  // 1655000000 is 2022-06-12.
  EXPECT_THAT(Times(Read({"Jun 12 00:00:00 vm multipathd: x\n"})),
              ElementsAre(DateUs(2022, 6, 12)));
  EXPECT_THAT(Times(Read({"Jun 14 00:00:00 vm multipathd: x\n"})),
              ElementsAre(DateUs(2021, 6, 14)));
  EXPECT_THAT(Times(Read({"Dec 31 23:59:59 vm multipathd: x\n"
                          "Jan  1 00:00:00 vm multipathd: x\n"})),
              ElementsAre(DateUs(2022, 1, 1) - kSecond, DateUs(2022, 1, 1)));
  EXPECT_THAT(Times(Read({"Feb 29 00:00:00 vm multipathd: x\n"})),
              ElementsAre(DateUs(2020, 2, 29)));
}

TEST_F(IncidentTest, AMissingYearIsTheNearestToAFullDate) {
  EXPECT_THAT(Times(Read({"Jan  2 00:00:00 vm multipathd: x\n",
                          "2017-12-30T00:00:00Z vm kernel: sd 1:0:0:0: x\n"})),
              ElementsAre(DateUs(2017, 12, 30), DateUs(2018, 1, 2)));
}

TEST_F(IncidentTest, TheFirstYearCanBeGiven) {
  IncidentOptions options;
  options.files = {File("Dec 31 00:00:00 vm multipathd: x\nJan  1 00:00:00 vm multipathd: y\n")};
  options.first_year = 1999;
  EXPECT_THAT(Times(Read(options)), ElementsAre(DateUs(1999, 12, 31), DateUs(2000, 1, 1)));
}

TEST_F(IncidentTest, MarksAClockThatGoesBack) {
  const Incident incident =
      Read({"May 20 06:17:50 vm multipathd: a\n"
            "May 20 06:17:49 vm multipathd: b\n"
            "May 20 05:17:49 vm sshd: c\n"
            "May 20 05:17:50 vm multipathd: d\n"});
  ASSERT_EQ(Texts(incident).size(), 4U);
  EXPECT_THAT(
      Texts(incident),
      ElementsAre("a", "b", HasSubstr("log1, line 3: the clock went back by 3600.000 s"), "d"));
  EXPECT_EQ(incident.timeline.records[2].kind, "jump");
}

TEST_F(IncidentTest, AClockThatWasWrongAtBootIsNotANewYear) {
  EXPECT_THAT(
      Times(Read({"Oct 20 00:00:00 vm multipathd: a\n"
                  "Jan  1 00:00:00 vm multipathd: b\n"
                  "Oct 20 00:01:00 vm multipathd: c\n"})),
      ElementsAre(DateUs(2021, 10, 20), DateUs(2022, 1, 1), DateUs(2021, 10, 20) + 60 * kSecond));
}

TEST_F(IncidentTest, MarksReboots) {
  const Incident incident =
      Read({"-- Logs begin at Fri 2022-05-20. --\n"
            "May 20 06:17:50.5 vm multipathd: a\n"
            "-- Reboot --\n"
            "May 20 06:18:50.5 vm multipathd: b\n"});
  EXPECT_THAT(Texts(incident), ElementsAre("a", HasSubstr("the host was rebooted"), "b"));
  EXPECT_THAT(incident.not_understood, IsEmpty());
}

TEST_F(IncidentTest, DmesgAloneIsOnItsOwnClock) {
  const Incident incident =
      Read({"[   12.345678] sd 3:0:1:0: [sdb] Attached SCSI disk\n"
            "[   13.000000] usb 1-1: other\n"});
  EXPECT_EQ(incident.timeline.clock, Timeline::Clock::kMonotonic);
  EXPECT_THAT(Times(incident), ElementsAre(12345678));
  EXPECT_EQ(incident.timeline.records[0].error_us, std::nullopt);
}

TEST_F(IncidentTest, PlacesDmesgByALineInBothLogs) {
  const Incident incident = Read({"2022-05-20T06:17:50.5Z vm kernel: sd 3:0:1:0: [sdb] hello\n",
                                  "[  100.000000] sd 3:0:1:0: [sdb] hello\n"
                                  "[  101.000000] sd 3:0:1:0: [sdb] more\n"});
  EXPECT_EQ(incident.timeline.clock, Timeline::Clock::kWall);
  EXPECT_EQ(Times(incident).back(), 1653027471 * kSecond + kSecond / 2);
}

TEST_F(IncidentTest, ShowsAKernelLineInTwoLogsOnce) {
  const std::string journal =
      "[  100.000100] vm kernel: sd 3:0:1:0: a\n"
      "[  100.000200] vm kernel: sd 3:0:1:0: a\n"
      "[  100.000300] vm multipathd[1]: b\n";
  const std::string dmesg = "[  100.000090] sd 3:0:1:0: a\n[  100.000190] sd 3:0:1:0: c\n";
  EXPECT_THAT(Texts(Read({journal, dmesg})), ElementsAre("sd 3:0:1:0: a", "sd 3:0:1:0: c", "b"));
}

TEST_F(IncidentTest, PlacesDmesgByTheKernelsStampInSyslog) {
  const Incident incident =
      Read({"2022-05-20T06:17:50Z vm kernel: [   99.000000] sd 3:0:1:0: [sdb] hello\n",
            "[  101.000000] sd 3:0:1:0: [sdb] more\n"});
  EXPECT_EQ(Times(incident).back(), 1653027472 * kSecond);
  EXPECT_EQ(Texts(incident)[0], "sd 3:0:1:0: [sdb] hello");
}

TEST_F(IncidentTest, LeavesOutDmesgThatCannotBePlaced) {
  const Incident incident =
      Read({"2022-05-20T06:17:50Z vm multipathd: x\n", "[  101.000000] sd 3:0:1:0: [sdb] more\n"});
  EXPECT_THAT(Texts(incident), ElementsAre("x"));
  EXPECT_THAT(Reasons(incident),
              ElementsAre("1 seconds since boot, but the time of the boot is unknown"));
}

TEST_F(IncidentTest, TakesRecordsOfATimelineUnchanged) {
  Record record;
  record.time_us = 12;
  record.lane = Lane::kFault;
  record.text = "delete 3:0:1:0";
  const Incident incident = Read({record.ToJsonLine() + "\n", "[    0.000001] sd 3:0:1:0: x\n"});
  ASSERT_EQ(incident.timeline.records.size(), 2U);
  EXPECT_EQ(incident.timeline.records[0], record);
  EXPECT_EQ(incident.timeline.clock, Timeline::Clock::kMonotonic);
}

TEST_F(IncidentTest, ThinsOutTooManyLines) {
  std::string content;
  for (int i = 0; i < 1000; ++i) content += "May 20 06:17:50 vm multipathd: line\n";
  content += "May 20 06:17:51 vm multipathd: 8:16: reinstated\n";
  IncidentOptions options;
  options.files = {File(content)};
  options.most_lines = 100;
  const Incident incident = Read(options);
  EXPECT_LE(Texts(incident).size(), 100U);
  EXPECT_EQ(Texts(incident).back(), "8:16: reinstated");
  EXPECT_EQ(incident.uninteresting_left_out, 1001 - Texts(incident).size());
}

TEST_F(IncidentTest, ALongTextIsCutBetweenCharacters) {
  const std::string euro = "\u20ac";
  std::string text = "xy";  // the 4096th byte is inside a character
  while (text.size() <= 4096) text += euro;
  const Incident incident = Read({"May 20 06:17:50 vm multipathd: " + text + "\n"});
  ASSERT_EQ(incident.timeline.records.size(), 1U);
  EXPECT_EQ(incident.timeline.records[0].text, text.substr(0, 2 + 1364 * euro.size()));
}

TEST_F(IncidentTest, NamesAFileThatCannotBeRead) {
  IncidentOptions options;
  options.files = {File("x"), "/nonexistent/messages"};
  const auto missing = ReadIncident(options);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().ToString(),
            "read: /nonexistent/messages: No such file or directory (errno 2)");
}

TEST_F(IncidentTest, TakesAnyBytes) {
  std::string content;
  std::uint32_t random = 1;
  for (int i = 0; i < 200000; ++i) {
    random = random * 1664525U + 1013904223U;
    content += static_cast<char>(random >> 24U);
  }
  const Incident incident =
      Read({content, std::string(3000, '\0'), "{\"", "-- Boot ", "[", "\xff"});
  EXPECT_THAT(incident.timeline.records, IsEmpty());
  EXPECT_GT(incident.not_understood.size(), 0U);
}

}  // namespace
}  // namespace dualpath::timeline
