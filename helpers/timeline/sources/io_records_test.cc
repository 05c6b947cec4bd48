#include "helpers/timeline/sources/io_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>

namespace dualpath::timeline {
namespace {

using std::chrono::microseconds;

TEST(IoRecords, AreOneForEachIo) {
  guest::IoReport report;
  report.clock_error = std::chrono::microseconds(40);
  guest::IoResult result;
  result.sequence = 12;
  result.block = 11;
  result.start = Deadline::Clock::time_point(microseconds(61250000));
  result.end = result.start + microseconds(84000);
  report.results.push_back(result);
  result.error_number = EIO;
  report.results.push_back(result);
  result.error_number = 0;
  result.end = result.start + guest::kHeld;
  report.results.push_back(result);

  const auto records = FromIo(report);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].ToJsonLine(),
            R"({"time_us":61250000,"error_us":40,"lane":"guest","kind":"io","duration_us":84000,)"
            R"("errno":0,"sequence":12,"block":11})");
  EXPECT_EQ(records[1].severity, Severity::kError);
  EXPECT_EQ(records[1].error_number, EIO);
  EXPECT_EQ(records[1].text, "Input/output error");
  EXPECT_EQ(records[2].severity, Severity::kWarning);
  EXPECT_EQ(records[2].text, "queued");
}

TEST(IoRecords, OfAFlushHaveNoBlock) {
  guest::IoReport report;
  report.results.resize(2);
  report.results[0].kind = report.results[1].kind = guest::IoKind::kFlush;
  report.results[1].error_number = EIO;
  const auto records = FromIo(report);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].block, std::nullopt);
  EXPECT_EQ(records[0].text, "flush");
  EXPECT_EQ(records[1].text, "flush: Input/output error");
}

}  // namespace
}  // namespace dualpath::timeline
