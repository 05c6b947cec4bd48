#include "helpers/host/kvm.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/base/unique_fd.h"

namespace dualpath::host {
namespace {

TEST(CheckKvm, NamesTheMissingDevice) {
  const Status checked = CheckKvm("/dev/no-such-kvm");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().error_number(), ENOENT);
  EXPECT_EQ(checked.error().ToString(),
            "open: /dev/no-such-kvm: No such file or directory (errno 2)");
}

TEST(CheckKvm, RejectsAnotherDevice) {
  const Status checked = CheckKvm("/dev/null");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().error_number(), ENOTTY);
  EXPECT_EQ(checked.error().operation(), "get KVM API version");
}

TEST(CheckKvm, AcceptsThisMachinesKvm) {
  const UniqueFd opened(::open("/dev/kvm", O_RDWR | O_CLOEXEC));
  if (!opened) GTEST_SKIP() << "/dev/kvm cannot be opened";
  const Status checked = CheckKvm();
  EXPECT_TRUE(checked.ok()) << checked.error().ToString();
}

}  // namespace
}  // namespace dualpath::host
