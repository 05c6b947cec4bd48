#include "ci/dualpath/verdict_finder.h"

#include <gtest/gtest.h>

namespace dualpath::cli {
namespace {

TEST(VerdictFinder, FindsAVerdictInPieces) {
  const std::string output = "[ RUN      ] A.B\n[       OK ] A.B (3 ms)\n";
  for (std::size_t size = 1; size <= output.size(); ++size) {
    VerdictFinder finder;
    int found = 0;
    for (std::size_t at = 0; at < output.size(); at += size) {
      found += finder.Take(output.substr(at, size)) ? 1 : 0;
    }
    EXPECT_EQ(found, 1) << size;
  }
}

TEST(VerdictFinder, FindsEachKindOnly) {
  EXPECT_TRUE(VerdictFinder().Take("[  FAILED  ] A.B"));
  EXPECT_TRUE(VerdictFinder().Take("[  SKIPPED ] A.B"));
  EXPECT_FALSE(VerdictFinder().Take("[ RUN      ] A.B [  FAILED "));
}

// Searching all of it at each piece would take minutes.
TEST(VerdictFinder, TakesLinearTime) {
  VerdictFinder finder;
  const std::string piece(64, 'x');
  for (int i = 0; i < 200000; ++i) ASSERT_FALSE(finder.Take(piece));
}

}  // namespace
}  // namespace dualpath::cli
