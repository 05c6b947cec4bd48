#include "images/guest/agent/entry_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::guest::agent {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kCount = 5000;

EntryList Filled() {
  EntryList list;
  for (std::uint64_t n = 0; n < kCount; ++n) {
    wire::IoEntry entry{};
    entry.sequence = 100 + n;
    list.Add(entry);
  }
  return list;
}

TEST(EntryList, KeepsEveryEntryInOrder) {
  const EntryList list = Filled();
  EXPECT_EQ(list.size(), kCount);
  const auto all = list.Copy(0, kCount);
  ASSERT_THAT(all, SizeIs(kCount));
  for (std::uint64_t n = 0; n < kCount; ++n) ASSERT_EQ(all[n].sequence, 100 + n);
}

TEST(EntryList, CopiesAPartAcrossItsChunks) {
  const auto part = Filled().Copy(1000, 1100);
  ASSERT_THAT(part, SizeIs(1100));
  EXPECT_EQ(part.front().sequence, 1100U);
  EXPECT_EQ(part.back().sequence, 2199U);
}

TEST(EntryList, CopiesNoMoreThanItHas) {
  const EntryList list = Filled();
  EXPECT_THAT(list.Copy(kCount - 3, 100), SizeIs(3));
  EXPECT_THAT(list.Copy(kCount, 100), IsEmpty());
  EXPECT_THAT(list.Copy(~std::uint64_t{0}, 100), IsEmpty());
  EXPECT_THAT(list.Copy(0, 0), IsEmpty());
}

TEST(EntryList, IsEmptyAfterClear) {
  EntryList list = Filled();
  list.Clear();
  EXPECT_THAT(list.Copy(0, 100), IsEmpty());
  wire::IoEntry entry{};
  entry.sequence = 7;
  list.Add(entry);
  ASSERT_THAT(list.Copy(0, 100), SizeIs(1));
  EXPECT_EQ(list.Copy(0, 100).front().sequence, 7U);
}

}  // namespace
}  // namespace dualpath::guest::agent
