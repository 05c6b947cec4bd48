#include "helpers/timeline/log_entry.h"

#include <gtest/gtest.h>

#include "helpers/timeline/durations.h"

namespace dualpath::timeline {
namespace {

using Kind = Stamp::Kind;
using LineKind = ParsedLine::Kind;

/// 2022-05-20 06:17:50, by date(1).
constexpr std::int64_t kThatMorning = 1653027470 * kSecond;
constexpr std::int64_t kThatMorningsSeconds = (6 * 3600 + 17 * 60 + 50) * kSecond;

LogEntry Entry(std::string_view line) {
  const ParsedLine parsed = ParseLogEntry(line);
  EXPECT_EQ(parsed.kind, LineKind::kEntry) << line;
  return parsed.entry;
}

TEST(LogEntry, ParsesSyslog) {
  const LogEntry entry = Entry("May 20 06:17:50 vm multipathd: sdb: remove path (uevent)");
  EXPECT_EQ(entry.stamp.kind, Kind::kNoYear);
  EXPECT_EQ(entry.stamp.month, 5);
  EXPECT_EQ(entry.stamp.day, 20);
  EXPECT_EQ(entry.stamp.us, kThatMorningsSeconds);
  EXPECT_EQ(entry.stamp.resolution_us, kSecond);
  EXPECT_EQ(entry.program, "multipathd");
  EXPECT_EQ(entry.message, "sdb: remove path (uevent)");
  EXPECT_EQ(Entry("May  2 06:17:50 vm multipathd[1234]: x").stamp.day, 2);
}

TEST(LogEntry, ParsesJournalctlShortPrecise) {
  const LogEntry entry = Entry("May 20 06:17:50.123456 vm multipathd[1234]: mpathc: x");
  EXPECT_EQ(entry.stamp.us, kThatMorningsSeconds + 123456);
  EXPECT_EQ(entry.stamp.resolution_us, 1);
  EXPECT_EQ(entry.program, "multipathd");
  EXPECT_EQ(entry.message, "mpathc: x");
}

TEST(LogEntry, ParsesDatesWithAYear) {
  for (const char* line : {
           "2022-05-20T06:17:50+0000 vm kernel: x",
           "2022-05-20T06:17:50+00:00 vm kernel: x",
           "2022-05-20T06:17:50.000000Z vm kernel: x",
           "2022-05-20T06:17:50,000000+0000 vm kernel: x",
           "2022-05-20 06:17:50 vm kernel: x",
           "Fri 2022-05-20 06:17:50 UTC vm kernel: x",
           "1653027470.000000 vm kernel: x",
           "[Fri May 20 06:17:50 2022] x",
       }) {
    const LogEntry entry = Entry(line);
    EXPECT_EQ(entry.stamp.kind, Kind::kDate) << line;
    EXPECT_EQ(entry.stamp.us, kThatMorning) << line;
    EXPECT_EQ(entry.program, "kernel") << line;
    EXPECT_EQ(entry.message, "x") << line;
  }
  EXPECT_EQ(Entry("2022-05-20T06:17:50.25-0330 vm a: x").stamp.utc_offset_minutes, -210);
  EXPECT_EQ(Entry("2022-05-20T06:17:50.25-0330 vm a: x").stamp.us, kThatMorning + kSecond / 4);
  EXPECT_EQ(Entry("2022-05-20 06:17:50 vm a: x").stamp.utc_offset_minutes, std::nullopt);
}

TEST(LogEntry, ParsesSecondsSinceBoot) {
  for (const char* line : {
           "[   12.345678] sd 3:0:1:0: [sdb] Attached SCSI disk",
           "<6>[   12.345678] sd 3:0:1:0: [sdb] Attached SCSI disk",
           "kern  :info  : [   12.345678] sd 3:0:1:0: [sdb] Attached SCSI disk",
           "[   12.345678] vm kernel: sd 3:0:1:0: [sdb] Attached SCSI disk",
       }) {
    const LogEntry entry = Entry(line);
    EXPECT_EQ(entry.stamp.kind, Kind::kSinceBoot) << line;
    EXPECT_EQ(entry.stamp.us, 12345678) << line;
    EXPECT_EQ(entry.program, "kernel") << line;
    EXPECT_EQ(entry.message, "sd 3:0:1:0: [sdb] Attached SCSI disk") << line;
  }
  EXPECT_EQ(Entry("[   12.345678] vm multipathd[12]: x").program, "multipathd");
}

TEST(LogEntry, ParsesOtherForms) {
  const LogEntry daemon = Entry("May 20 06:17:50 | sdb: remove path (uevent)");
  EXPECT_EQ(daemon.program, "multipathd");
  EXPECT_EQ(daemon.message, "sdb: remove path (uevent)");
  EXPECT_EQ(Entry("May 20 06:17:50 multipathd[1]: x").program, "multipathd");
  EXPECT_EQ(Entry("May 20 06:17:50 vm (udev-worker)[1]: x").program, "(udev-worker)");
  EXPECT_EQ(Entry("May 20 06:17:50 vm kernel:").message, "");
}

TEST(LogEntry, ParsesMonthsOfOtherLanguagesInEitherOrder) {
  for (const char* line :
       {"mars 31 21:06:01 vm multipathd[1]: x", "31 mars 21:06:01 vm multipathd[1]: x",
        "M\u00e4r 31 21:06:01 vm multipathd[1]: x", "3\u6708 31 21:06:01 vm multipathd[1]: x",
        "31. M\u00e4r 21:06:01 vm multipathd[1]: x",
        "de mar\u00e7 31 21:06:01 vm multipathd[1]: x"}) {
    const LogEntry entry = Entry(line);
    EXPECT_EQ(entry.stamp.kind, Kind::kNoYear) << line;
    EXPECT_EQ(entry.stamp.month, 3) << line;
    EXPECT_EQ(entry.stamp.day, 31) << line;
    EXPECT_EQ(entry.program, "multipathd") << line;
  }
  EXPECT_EQ(Entry("20 mai 2022 06:17:50 vm kernel: x").stamp.us, kThatMorning);
  EXPECT_EQ(Entry("[ven. mai 20 06:17:50 2022] x").stamp.us, kThatMorning);
  EXPECT_EQ(Entry("ven. 2022-05-20 06:17:50 CEST vm kernel: x").stamp.us, kThatMorning);
  EXPECT_TRUE(Entry("lis 30 21:06:01 vm a: x").stamp.ambiguous_month);
}

TEST(LogEntry, SkipsWhatAToolPrintedBeforeTheStamp) {
  for (const char* line :
       {"messages:May 20 06:17:50 vm multipathd[1]: x",
        "/var/log/messages:12:May 20 06:17:50 vm multipathd[1]: x",
        "12 May 20 06:17:50 vm multipathd[1]: x", "multipathd-1  | May 20 06:17:50 | x",
        "[pod/a/b] May 20 06:17:50 | x"}) {
    const LogEntry entry = Entry(line);
    EXPECT_EQ(entry.stamp.us, kThatMorningsSeconds) << line;
    EXPECT_EQ(entry.program, "multipathd") << line;
    EXPECT_EQ(entry.message, "x") << line;
  }
}

TEST(LogEntry, ParsesLibmultipathsStamps) {
  const LogEntry entry = Entry("24813.628263 | mpatha: ignoring map");
  EXPECT_EQ(entry.stamp.kind, Kind::kSinceBoot);
  EXPECT_EQ(entry.stamp.us, 24813628263);
  EXPECT_EQ(entry.program, "multipathd");
  EXPECT_EQ(entry.message, "mpatha: ignoring map");
  EXPECT_EQ(Entry("May 20 06:17:50 vm multipathd[1]: May 20 06:17:50 | x").message, "x");
  EXPECT_EQ(Entry("May 20 06:17:50 vm multipathd[1]: 24813.628263 | x").message, "x");
  EXPECT_EQ(Entry("May 20 06:17:50 vm multipathd[1]: a | x").message, "a | x");
}

TEST(LogEntry, ParsesOutputOfContainers) {
  const LogEntry part = Entry("2022-05-20T06:17:50.5Z stdout P half a ");
  EXPECT_EQ(part.program, "container");
  EXPECT_EQ(part.message, "half a ");
  EXPECT_TRUE(part.continues);
  EXPECT_FALSE(Entry("2022-05-20T06:17:50.5Z stderr F line").continues);
  for (const char* line :
       {"2022-05-20T06:17:50Z Nov 29 06:02:00 | 8:16: reinstated",
        "2022-05-20T06:17:50Z Nov 29 06:02:00 vm multipathd[1]: 8:16: reinstated",
        "2022-05-20T06:17:50Z checker failed path 8:16 in map mpatha"}) {
    EXPECT_EQ(Entry(line).program, "multipathd") << line;
    EXPECT_EQ(Entry(line).stamp.us, kThatMorning) << line;
  }
  LogEntry entry;
  entry.message = "[   12.5] sd 3:0:1:0: x";
  FindProgramInOutput(entry);
  EXPECT_EQ(entry.program, "kernel");
  entry.message = "hello";
  FindProgramInOutput(entry);
  EXPECT_EQ(entry.program, "container");
}

TEST(LogEntry, ParsesLibvirtsOwnFiles) {
  const LogEntry daemon =
      Entry("2022-05-20 06:17:50.123+0000: 1234: error : qemuProcess:123 : internal error");
  EXPECT_EQ(daemon.program, "libvirtd");
  EXPECT_EQ(daemon.message, "error : qemuProcess:123 : internal error");
  const LogEntry domain = Entry("2022-05-20 06:17:50.123+0000: shutting down, reason=destroyed");
  EXPECT_EQ(domain.program, "qemu");
  EXPECT_EQ(domain.message, "shutting down, reason=destroyed");
  EXPECT_EQ(Entry("2022-05-20T06:17:50.5Z qemu-kvm: warning: x").program, "qemu-kvm");
}

TEST(LogEntry, ParsesVariantsOfDmesg) {
  for (const char* line :
       {"[   12.345678 <    0.000004>] sd 3:0:1:0: x", "[   12.345678][ T1234] sd 3:0:1:0: x",
        "[   12.345678] [    C0] sd 3:0:1:0: x"}) {
    EXPECT_EQ(Entry(line).stamp.us, 12345678) << line;
    EXPECT_EQ(Entry(line).message, "sd 3:0:1:0: x") << line;
  }
  const LogEntry iso = Entry("2022-05-20T06:17:50,000000+00:00 sd 3:0:1:0: x");
  EXPECT_EQ(iso.program, "kernel");
  EXPECT_EQ(iso.message, "sd 3:0:1:0: x");
}

TEST(LogEntry, ReportsDatesAndTimesThatDoNotExist) {
  for (const char* line :
       {"May 32 06:17:50 vm a: x", "May  0 06:17:50 vm a: x", "May 20 24:17:50 vm a: x",
        "Apr 31 06:17:50 vm a: x", "2022-02-29T06:17:50Z vm a: x", "2022-13-01T06:17:50Z vm a: x",
        "2022-05-20T06:60:50Z vm a: x"}) {
    EXPECT_EQ(ParseLogEntry(line).kind, LineKind::kImpossibleStamp) << line;
  }
  // Leap years have that date.
  EXPECT_EQ(ParseLogEntry("Feb 29 06:17:50 vm a: x").kind, LineKind::kEntry);
}

TEST(LogEntry, ReportsAMissingStampOrProgram) {
  for (const char* line : {"", " ", "May", "May 20", "May 20 06:1", "Mayday", "[", "[  12", "[x] y",
                           "<6>", "kern", "2022", "2022-05-20", "size=1.0G", "Monday morning",
                           "99999999999999999999.5 vm a: x", "\xff\xfe", "12.5"}) {
    EXPECT_EQ(ParseLogEntry(line).kind, LineKind::kNoStamp) << line;
  }
  for (const char* line :
       {"May 20 06:17:50", "May 20 06:17:50 ", "May 20 06:17:50 vm", "May 20 06:17:50 vm multip",
        "May 20 06:17:50 vm last message repeated 2 times", "May 20 06:17:50 vm a[12",
        "May 20 06:17:50 vm a[12]", "May 20 06:17:50x vm a: x"}) {
    EXPECT_EQ(ParseLogEntry(line).kind, LineKind::kNoProgram) << line;
  }
}

struct CutLine {
  std::string_view line;
  std::size_t stamp;  ///< length of the shortest prefix with a stamp
  std::size_t entry;  ///< length of the shortest prefix that is an entry
};

TEST(LogEntry, NeverReadsBeyondACutLine) {
  const CutLine lines[] = {
      {"May 20 06:17:50.123456 vm multipathd[1234]: mpathc: x", 15, 43},
      {"Fri 2022-05-20 06:17:50 UTC vm kernel: [    1.5] x", 23, 38},
      {"<6>[   12.345678] vm kernel: x", 17, 17},
      {"kern  :info  : [Fri May 20 06:17:50 2022] x", 41, 41},
      {"2022-05-20T06:17:50.000000+00:00 vm kernel: x", 19, 43},
  };
  for (const CutLine& cut : lines) {
    for (std::size_t length = 0; length <= cut.line.size(); ++length) {
      // The rest of the line follows in memory: a read beyond the prefix would find it.
      const std::string_view prefix = cut.line.substr(0, length);
      const ParsedLine parsed = ParseLogEntry(prefix);
      const LineKind expected = length < cut.stamp   ? LineKind::kNoStamp
                                : length < cut.entry ? LineKind::kNoProgram
                                                     : LineKind::kEntry;
      ASSERT_EQ(parsed.kind, expected) << prefix;
      if (expected != LineKind::kEntry) continue;
      const std::string_view message = parsed.entry.message;
      EXPECT_EQ(message.data() + message.size(), prefix.data() + prefix.size()) << prefix;
    }
  }
}

TEST(BootStamp, IsTakenOffTheMessage) {
  std::string_view message = "[   12.345678] sd 3:0:1:0: x";
  EXPECT_EQ(TakeBootStamp(message), 12345678);
  EXPECT_EQ(message, "sd 3:0:1:0: x");
  EXPECT_EQ(TakeBootStamp(message), std::nullopt);
  EXPECT_EQ(message, "sd 3:0:1:0: x");
}

TEST(DateUs, CountsDaysSinceTheEpoch) {
  EXPECT_EQ(DateUs(1970, 1, 1), 0);
  EXPECT_EQ(DateUs(2000, 3, 1), 11017 * kDay);
  EXPECT_EQ(DateUs(2022, 5, 20), 19132 * kDay);
  EXPECT_EQ(DateUs(1969, 12, 31), -kDay);
  EXPECT_EQ(DateUs(2021, 2, 29), DateUs(2021, 3, 1));
}

TEST(IsDate, IsGregorian) {
  EXPECT_TRUE(IsDate(2000, 2, 29));
  EXPECT_TRUE(IsDate(2024, 2, 29));
  EXPECT_TRUE(IsDate(1900, 12, 31));
  EXPECT_FALSE(IsDate(2100, 2, 29));
  EXPECT_FALSE(IsDate(2022, 2, 29));
  EXPECT_FALSE(IsDate(2022, 4, 31));
  for (const std::int64_t none : {0, 99}) {
    EXPECT_FALSE(IsDate(2022, none, 1)) << none;
    EXPECT_FALSE(IsDate(2022, 1, none)) << none;
  }
}

}  // namespace
}  // namespace dualpath::timeline
