#include "images/guest/agent/kernel_log.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::guest::agent {
namespace {

TEST(FormatKernelRecord, FormatsLikeDmesg) {
  EXPECT_EQ(FormatKernelRecord("6,339,5140900,-;NET: Registered\n SUBSYSTEM=net\n"),
            "[    5.140900] NET: Registered\n");
}

TEST(FormatKernelRecord, KeepsSemicolonsInTheText) {
  EXPECT_EQ(FormatKernelRecord("3,1,12345000001,-,caller=T1;a;b\n"), "[12345.000001] a;b\n");
}

TEST(FormatKernelRecord, ReturnsOtherTextUnchanged) {
  EXPECT_EQ(FormatKernelRecord("no record"), "no record");
  EXPECT_EQ(FormatKernelRecord("a,b;c"), "a,b;c");
}

TEST(ReadKernelLog, TheErrorNamesTheFile) {
  const auto log = ReadKernelLog("/no/such/kmsg", 100);
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().error_number(), ENOENT);
  EXPECT_EQ(log.error().object(), "/no/such/kmsg");
}

}  // namespace
}  // namespace dualpath::guest::agent
