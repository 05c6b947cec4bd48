#include "helpers/multipath/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::multipath {
namespace {

TEST(Version, IsParsedFromTheUsageOfEveryVersion) {
  struct Wording {
    const char* usage;
    const char* version;
  };
  for (const Wording& wording : {
           Wording{"multipath-tools v0.4.9 (05/33, 2016)\nUsage:\n  multipath", "0.4.9"},
           Wording{"multipath-tools v0.8.5 (11/15, 2020)", "0.8.5"},
           Wording{"multipath-tools v0.11.1 (11/21, 2024)\r\n", "0.11.1"},
           Wording{"some warning first\nmultipath-tools v0.15.1 (02/2026)", "0.15.1"},
           Wording{"multipath-tools v1.0", "1.0.0"},
       }) {
    const auto version = ParseVersion(wording.usage);
    ASSERT_TRUE(version.ok()) << version.error().ToString();
    EXPECT_EQ(version->ToString(), wording.version);
  }
}

TEST(Version, IsOrderedByNumberNotByText) {
  EXPECT_LT((Version{0, 9, 6}), (Version{0, 11, 1}));
  EXPECT_GT((Version{0, 4, 10}), (Version{0, 4, 9}));
  EXPECT_GE((Version{0, 9, 6}), (Version{0, 9, 6}));
  EXPECT_LE((Version{0, 9, 6}), (Version{1, 0, 0}));
  EXPECT_NE((Version{0, 9, 6}), (Version{0, 6, 9}));
}

TEST(Version, ErrorQuotesTheFirstLine) {
  for (const char* usage : {"", "multipath-tools v", "multipath-tools vX.1", "multipath-tools v3",
                            "bash: multipath: command not found"}) {
    const auto version = ParseVersion(std::string(usage) + "\nmore");
    ASSERT_FALSE(version.ok()) << usage;
    EXPECT_EQ(version.error().ToString(), "parse multipath version: '" + std::string(usage) +
                                              "': expected \"multipath-tools vMAJOR.MINOR.PATCH\"");
  }
}

}  // namespace
}  // namespace dualpath::multipath
