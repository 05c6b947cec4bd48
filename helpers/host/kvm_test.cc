#include "helpers/host/kvm.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/base/unique_fd.h"

namespace dualpath::host {
namespace {

TEST(CheckKvm, NamesTheDeviceThatIsNotThere) {
  const Status checked = CheckKvm("/dev/no-such-kvm");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().error_number(), ENOENT);
  EXPECT_EQ(checked.error().ToString(),
            "open: /dev/no-such-kvm: No such file or directory (errno 2)");
}

TEST(CheckKvm, IsNotContentWithWhatOpens) {
  const Status checked = CheckKvm("/dev/null");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().error_number(), ENOTTY);
  EXPECT_EQ(checked.error().operation(), "ask for KVM's version");
}

TEST(CheckKvm, TakesTheOneOfThisMachine) {
  const UniqueFd opened(::open("/dev/kvm", O_RDWR | O_CLOEXEC));
  if (!opened) GTEST_SKIP() << "this machine has none for us";
  const Status checked = CheckKvm();
  EXPECT_TRUE(checked.ok()) << checked.error().ToString();
}

}  // namespace
}  // namespace dualpath::host
