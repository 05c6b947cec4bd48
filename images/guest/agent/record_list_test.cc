#include "images/guest/agent/record_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::guest::agent {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kCount = 5000;

RecordList Filled() {
  RecordList list;
  for (std::uint64_t n = 0; n < kCount; ++n) {
    wire::IoRecord record{};
    record.sequence = 100 + n;
    list.Add(record);
  }
  return list;
}

TEST(RecordList, KeepsEveryRecordInOrder) {
  const RecordList list = Filled();
  EXPECT_EQ(list.size(), kCount);
  const auto all = list.Copy(0, kCount);
  ASSERT_THAT(all, SizeIs(kCount));
  for (std::uint64_t n = 0; n < kCount; ++n) ASSERT_EQ(all[n].sequence, 100 + n);
}

TEST(RecordList, CopiesAPartAcrossItsChunks) {
  const auto part = Filled().Copy(1000, 1100);
  ASSERT_THAT(part, SizeIs(1100));
  EXPECT_EQ(part.front().sequence, 1100U);
  EXPECT_EQ(part.back().sequence, 2199U);
}

TEST(RecordList, CopiesNoMoreThanThereAre) {
  const RecordList list = Filled();
  EXPECT_THAT(list.Copy(kCount - 3, 100), SizeIs(3));
  EXPECT_THAT(list.Copy(kCount, 100), IsEmpty());
  EXPECT_THAT(list.Copy(~std::uint64_t{0}, 100), IsEmpty());
  EXPECT_THAT(list.Copy(0, 0), IsEmpty());
}

TEST(RecordList, BeginsAnewWhenItWasCleared) {
  RecordList list = Filled();
  list.Clear();
  EXPECT_THAT(list.Copy(0, 100), IsEmpty());
  wire::IoRecord record{};
  record.sequence = 7;
  list.Add(record);
  ASSERT_THAT(list.Copy(0, 100), SizeIs(1));
  EXPECT_EQ(list.Copy(0, 100).front().sequence, 7U);
}

}  // namespace
}  // namespace dualpath::guest::agent
