#include "helpers/guest/io_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>

namespace dualpath::guest {
namespace {

using std::chrono::milliseconds;
TEST(IoResult, IsTheEntryOnOurClock) {
  IoEntry entry{};
  entry.sequence = 12;
  entry.block = 11;
  entry.error_number = EIO;
  entry.start_ns = 5'000'000'000;
  entry.end_ns = 7'500'000'000;
  ClockOffset guest_ahead;
  guest_ahead.guest_minus_ours = std::chrono::seconds(2);
  const IoResult result = ToIoResult(entry, guest_ahead);
  EXPECT_EQ(result.sequence, 12U);
  EXPECT_EQ(result.block, 11U);
  EXPECT_EQ(result.error_number, EIO);
  EXPECT_EQ(result.start.time_since_epoch(), milliseconds(3000));
  EXPECT_EQ(result.Took(), milliseconds(2500));

  ClockOffset guest_behind;
  guest_behind.guest_minus_ours = -std::chrono::hours(1);
  EXPECT_EQ(ToIoResult(entry, guest_behind).end.time_since_epoch(),
            std::chrono::hours(1) + milliseconds(7500));
}

IoResult Io(std::uint64_t sequence, milliseconds begun, milliseconds took, int error_number = 0) {
  IoResult result;
  result.sequence = sequence;
  result.block = sequence - 1;
  result.error_number = error_number;
  result.start = Deadline::Clock::time_point(begun);
  result.end = result.start + took;
  return result;
}

TEST(IoResult, PrintsErrorAndTimes) {
  std::ostringstream text;
  text << Io(12, milliseconds(61250), milliseconds(84), EIO);
  EXPECT_EQ(text.str(), "#12 block 11: Input/output error after 0.084 s, begun at 61.250 s");
}

TEST(IoResult, KeepsTheFormatOfTheStream) {
  std::ostringstream text;
  text << Io(1, milliseconds(0), milliseconds(1)) << " " << 0.5;
  EXPECT_THAT(text.str(), ::testing::EndsWith("s 0.5"));
}

TEST(IoReport, DescribesRunsOfTheSameResultInOneLine) {
  IoReport report;
  report.results = {
      Io(1, milliseconds(1000), milliseconds(80)),
      Io(2, milliseconds(1200), milliseconds(999)),
      Io(3, milliseconds(2400), milliseconds(1000)),  // long enough for a separate line
      Io(4, milliseconds(3400), milliseconds(30000)),
      Io(5, milliseconds(33600), milliseconds(10), EIO),
      Io(6, milliseconds(33800), milliseconds(10), EIO),
      Io(7, milliseconds(34000), milliseconds(10), ENOSPC),
      Io(8, milliseconds(34200), milliseconds(10)),
  };
  EXPECT_EQ(::testing::PrintToString(report), "8 I/Os");
  EXPECT_EQ(DescribeRuns(report),
            "\n  2 from #1 block 0: good after 0.080 s, begun at 1.000 s"
            "\n  1 from #3 block 2: good after 1.000 s, begun at 2.400 s"
            "\n  1 from #4 block 3: good after 30.000 s, begun at 3.400 s"
            "\n  2 from #5 block 4: Input/output error after 0.010 s, begun at 33.600 s"
            "\n  1 from #7 block 6: No space left on device after 0.010 s, begun at 34.000 s"
            "\n  1 from #8 block 7: good after 0.010 s, begun at 34.200 s");
  EXPECT_EQ(::testing::PrintToString(IoReport{}), "0 I/Os");
  EXPECT_EQ(DescribeRuns(IoReport{}), "");
}

TEST(IoReport, DescribesOnlyRunsAroundAPoint) {
  IoReport report;
  for (std::uint64_t n = 1; n <= 100; ++n) {
    report.results.push_back(Io(n, milliseconds(n * 2000), milliseconds(10), n % 2 == 0 ? EIO : 0));
  }
  const std::string middle = DescribeRuns(report, 50);
  EXPECT_THAT(middle, ::testing::StartsWith("\n  ... 44 I/Os before\n  1 from #45 "));
  EXPECT_THAT(middle, ::testing::HasSubstr("\n  1 from #51 "));
  EXPECT_THAT(middle, ::testing::EndsWith("\n  ... 43 I/Os after"));
  EXPECT_THAT(DescribeRuns(report), ::testing::StartsWith("\n  1 from #1 "));
  EXPECT_THAT(DescribeRuns(report, 100), ::testing::HasSubstr("\n  1 from #100 "));
}

TEST(IoTimes, AreTheLongestIoAndTheLongestTimeWithoutACompletion) {
  EXPECT_EQ(TimesOf({}).longest_io, milliseconds(0));
  IoReport report;
  report.results = {
      Io(1, milliseconds(1000), milliseconds(100)), Io(3, milliseconds(1300), milliseconds(50)),
      Io(2, milliseconds(1200), milliseconds(700)), Io(4, milliseconds(2300), milliseconds(10))};
  const IoTimes times = TimesOf(report);
  EXPECT_EQ(times.longest_io, milliseconds(700));
  EXPECT_EQ(times.longest_gap, milliseconds(550)) << "from the end of #3 to that of #2";
}

TEST(IoResult, NamesAFlushAndADurableWrite) {
  IoResult io = Io(7, milliseconds(0), milliseconds(100));
  io.kind = IoKind::kFlush;
  EXPECT_EQ(::testing::PrintToString(io), "#7 flush: good after 0.100 s, begun at 0.000 s");
  io.kind = IoKind::kDurableWrite;
  EXPECT_EQ(::testing::PrintToString(io),
            "#7 block 6 (durable): good after 0.100 s, begun at 0.000 s");
}

}  // namespace
}  // namespace dualpath::guest
