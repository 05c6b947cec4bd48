#include "ci/bench/samples.h"

#include <gtest/gtest.h>

namespace dualpath::bench {
namespace {

TEST(Samples, TheMedianIsTheMiddleOrTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(Median({7}), 7);
  EXPECT_EQ(Median({9, 1, 2}), 2);
  EXPECT_EQ(Median({8, 1, 2, 4}), 3);
}

TEST(Samples, TheWorstIsTheLargest) {
  EXPECT_EQ(Worst({7}), 7);
  EXPECT_EQ(Worst({1, 9, 2}), 9);
}

}  // namespace
}  // namespace dualpath::bench
