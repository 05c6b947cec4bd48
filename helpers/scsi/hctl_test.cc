#include "helpers/scsi/hctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::scsi {
namespace {

using ::testing::HasSubstr;

TEST(Hctl, ParsesItsOwnOutput) {
  const auto hctl = Hctl::Parse("3:0:1:4294967295");
  ASSERT_TRUE(hctl.ok()) << hctl.error().ToString();
  EXPECT_EQ(*hctl, (Hctl{3, 0, 1, 4294967295U}));
  EXPECT_EQ(hctl->ToString(), "3:0:1:4294967295");
}

TEST(Hctl, IsOrderedByNumberNotByText) {
  EXPECT_LT((Hctl{3, 0, 1, 0}), (Hctl{10, 0, 1, 0}));
  EXPECT_LT((Hctl{3, 0, 1, 0}), (Hctl{3, 0, 1, 1}));
  EXPECT_NE((Hctl{3, 0, 1, 0}), (Hctl{3, 0, 2, 0}));
}

TEST(Hctl, RejectsMalformedAddresses) {
  for (const char* text : {"", "3", "3:0:1", "3:0:1:", "3:0:1:0:", "3:0:1:0 ", " 3:0:1:0",
                           "-3:0:1:0", "#:#:#:#", "3.0.1.0", "3:0:1:99999999999"}) {
    const auto hctl = Hctl::Parse(text);
    ASSERT_FALSE(hctl.ok()) << text;
    EXPECT_THAT(hctl.error().ToString(),
                HasSubstr("parse H:C:T:L: \"" + std::string(text) + "\": must be four numbers"));
  }
}

}  // namespace
}  // namespace dualpath::scsi
