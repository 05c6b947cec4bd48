#include "helpers/timeline/line_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace dualpath::timeline {
namespace {

void Add(LineStore& store, int number, bool uninteresting) {
  StoredLine line;
  line.time_us = number;
  line.uninteresting = uninteresting;
  store.Add(std::move(line));
}

std::size_t CountUninteresting(LineStore& store) {
  return static_cast<std::size_t>(
      std::count_if(store.lines().begin(), store.lines().end(),
                    [](const StoredLine& line) { return line.uninteresting; }));
}

TEST(LineStore, KeepsEveryLineBelowItsLimit) {
  LineStore store(100);
  for (int i = 0; i < 100; ++i) Add(store, i, i % 2 == 0);
  EXPECT_EQ(store.lines().size(), 100U);
  EXPECT_EQ(store.uninteresting_left_out(), 0U);
  EXPECT_EQ(store.changes_left_out(), 0U);
}

TEST(LineStore, DropsUninterestingLinesFirstAndEvenly) {
  LineStore store(1000);
  for (int i = 0; i < 100000; ++i) Add(store, i, i % 500 != 0);
  EXPECT_LE(store.lines().size(), 1000U);
  EXPECT_EQ(store.lines().size() - CountUninteresting(store), 200U) << "every change is kept";
  EXPECT_EQ(store.uninteresting_left_out(), 99800 - CountUninteresting(store));
  EXPECT_GT(CountUninteresting(store), 400U);
  std::int64_t last = 0;
  for (const StoredLine& line : store.lines()) {
    EXPECT_LE(line.time_us - last, 500) << "no part of the log is left out entirely";
    EXPECT_GE(line.time_us, last);
    last = line.time_us;
  }
}

TEST(LineStore, KeepsEqualSharesOfAlternatingLines) {
  LineStore store(1000);
  for (int i = 0; i < 100000; ++i) Add(store, i % 4, false);
  for (int turn = 0; turn < 4; ++turn) {
    const auto count = std::count_if(store.lines().begin(), store.lines().end(),
                                     [&](const StoredLine& line) { return line.time_us == turn; });
    EXPECT_GT(count, 80) << turn;
    EXPECT_LT(count, 320) << turn;
  }
}

TEST(LineStore, DropsChangesIfThereIsNothingElse) {
  LineStore store(1000);
  for (int i = 0; i < 100000; ++i) Add(store, i, false);
  EXPECT_LE(store.lines().size(), 1000U);
  EXPECT_GE(store.lines().size(), 400U);
  EXPECT_EQ(store.changes_left_out(), 100000 - store.lines().size());
}

}  // namespace
}  // namespace dualpath::timeline
