#include "helpers/observe/udev_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/matchers/status_matchers.h"

namespace dualpath::observe {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(UdevDevice, HasTheKernelsPropertiesWithoutADatabaseToo) {
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/class/block", ec)) {
    const std::string device = "/dev/" + entry.path().filename().string();
    if (!std::filesystem::exists(device)) continue;
    ASSERT_OK_AND_ASSIGN(const UdevDevice read, ReadUdevDevice(device));
    EXPECT_THAT(read.properties, Contains(Pair("DEVNAME", device)));
    return;
  }
  GTEST_SKIP() << "this machine has no block device";
}

TEST(UdevDevice, IsAnErrorIfThereIsNone) {
  EXPECT_THAT(ReadUdevDevice("/nonexistent"), FailsWith(HasSubstr("/nonexistent: No such file")));
  EXPECT_THAT(ReadUdevDevice("/dev/null"), FailsWith(HasSubstr("/dev/null")));
}

}  // namespace
}  // namespace dualpath::observe
