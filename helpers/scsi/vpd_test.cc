#include "helpers/scsi/vpd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::scsi {
namespace {

using ::testing::HasSubstr;

/// Returns a page of `bytes` bytes including the header, otherwise zero.
Bytes Page(std::uint8_t code, std::size_t bytes) {
  Bytes page(bytes);
  page[1] = code;
  Put(page, 2, 2, bytes - 4);
  return page;
}

TEST(BlockLimitsPage, ParsesTheLimits) {
  Bytes page = Page(0xb0, 64);
  page[4] = 1;
  Put(page, 6, 2, 8);
  Put(page, 8, 4, 16384);
  Put(page, 12, 4, 2048);
  Put(page, 20, 4, 8192);
  Put(page, 24, 4, 1);
  Put(page, 28, 4, 4);
  Put(page, 36, 8, 0x100000000);
  const auto limits = ParseBlockLimitsPage(page);
  ASSERT_TRUE(limits.ok()) << limits.error().ToString();
  EXPECT_TRUE(limits->write_same_nonzero);
  EXPECT_EQ(limits->optimal_transfer_granularity, 8U);
  EXPECT_EQ(limits->maximum_transfer, 16384U);
  EXPECT_EQ(limits->optimal_transfer, 2048U);
  EXPECT_EQ(limits->maximum_unmap_blocks, 8192U);
  EXPECT_EQ(limits->maximum_unmap_descriptors, 1U);
  EXPECT_EQ(limits->optimal_unmap_granularity, 4U);
  EXPECT_EQ(limits->maximum_write_same, 0x100000000U);
}

TEST(BlockLimitsPage, IsPaddedWithZerosForAnOlderStandard) {
  Bytes page = Page(0xb0, 16);
  Put(page, 12, 4, 2048);
  page.resize(40, 0xff);  // beyond the page's length, to be ignored
  const auto limits = ParseBlockLimitsPage(page);
  ASSERT_TRUE(limits.ok()) << limits.error().ToString();
  EXPECT_EQ(limits->optimal_transfer, 2048U);
  EXPECT_EQ(limits->maximum_unmap_blocks, 0U);
  EXPECT_EQ(limits->maximum_write_same, 0U);
}

TEST(LogicalBlockProvisioningPage, ParsesTheSupportedUnmapCommands) {
  Bytes page = Page(0xb2, 8);
  page[5] = 0x84;
  page[6] = 0x02;
  const auto provisioning = ParseLogicalBlockProvisioningPage(page);
  ASSERT_TRUE(provisioning.ok()) << provisioning.error().ToString();
  EXPECT_TRUE(provisioning->unmap);
  EXPECT_FALSE(provisioning->write_same_16);
  EXPECT_FALSE(provisioning->write_same_10);
  EXPECT_TRUE(provisioning->reads_zeros);
  EXPECT_EQ(provisioning->provisioning, 2U);
  page[5] = 0x60 | 0x08;  // LBPRZ 2: reads as the provisioning initialization pattern
  EXPECT_FALSE(ParseLogicalBlockProvisioningPage(page)->unmap);
  EXPECT_TRUE(ParseLogicalBlockProvisioningPage(page)->write_same_16);
  EXPECT_TRUE(ParseLogicalBlockProvisioningPage(page)->write_same_10);
  EXPECT_FALSE(ParseLogicalBlockProvisioningPage(page)->reads_zeros);
}

TEST(VpdPages, RejectAnotherPageAndATruncatedOne) {
  EXPECT_EQ(ParseBlockLimitsPage(Page(0xb1, 64)).error().ToString(),
            "parse VPD page 0xb0: 64 bytes: this is page 0xb1");
  EXPECT_EQ(ParseBlockLimitsPage(Page(0xb0, 15)).error().ToString(),
            "parse VPD page 0xb0: 15 bytes: the page must have at least 16 bytes");
  EXPECT_EQ(ParseLogicalBlockProvisioningPage(Page(0xb2, 6)).error().ToString(),
            "parse VPD page 0xb2: 6 bytes: the page must have at least 7 bytes");
  Bytes cut = Page(0xb0, 64);
  cut.resize(20);
  EXPECT_EQ(ParseBlockLimitsPage(cut).error().ToString(),
            "parse VPD page 0xb0: 20 bytes: the header announces 64 bytes");
  EXPECT_THAT(ParseBlockLimitsPage({}).error().ToString(), HasSubstr("the header is incomplete"));
}

}  // namespace
}  // namespace dualpath::scsi
