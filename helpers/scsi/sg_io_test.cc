#include "helpers/scsi/sg_io.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace dualpath::scsi {
namespace {

TEST(Execute, ReturnsAnErrorOnlyIfTheDeviceCannotBeOpened) {
  EXPECT_EQ(Execute("/dev/no-such-disk", TestUnitReady()).error().ToString(),
            "open: /dev/no-such-disk: No such file or directory (errno 2)");
  const auto completion = Execute("/dev/null", Read10(0, 8));
  ASSERT_TRUE(completion.ok()) << completion.error().ToString();
  EXPECT_EQ(completion->command, "READ(10) of 8 blocks at 0");
  EXPECT_EQ(completion->error_number, ENOTTY);
  EXPECT_TRUE(completion->data.empty());
  EXPECT_LE(completion->start, completion->end);
}

std::uint32_t EffectiveOfThisThread() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  EXPECT_EQ(::syscall(SYS_capget, &header, sets.data()), 0);
  return sets[0].effective;
}

TEST(ExecuteWithoutRawIo, DoesNotChangeTheCallersCapabilities) {
  const std::uint32_t before = EffectiveOfThisThread();
  const auto completion = ExecuteWithoutRawIo("/dev/null", TestUnitReady());
  ASSERT_TRUE(completion.ok()) << completion.error().ToString();
  EXPECT_EQ(completion->error_number, ENOTTY);
  EXPECT_EQ(EffectiveOfThisThread(), before);
  EXPECT_EQ(ExecuteWithoutRawIo("/dev/no-such-disk", Write10(0, Bytes(512))).error().ToString(),
            "open: /dev/no-such-disk: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::scsi
