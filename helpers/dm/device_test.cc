#include "helpers/dm/device.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "helpers/base/unique_fd.h"
#include "helpers/dm/suspension.h"

namespace dualpath::dm {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kMissing[] = "dualpath-no-such-map";

/// Returns the errno of opening libdevmapper's control device: 0 with device-mapper and as root.
int ControlErrno() {
  const UniqueFd control(::open("/dev/mapper/control", O_RDWR | O_CLOEXEC));
  return control ? 0 : errno;
}

template <typename T>
std::string ErrorOf(const Result<T>& result) {
  return result.ok() ? "no error" : result.error().ToString();
}

/// Matches the error of `operation` on the missing map. Without device-mapper or root the library
/// logs why at its first request and is silent afterwards. As root it also creates a missing
/// control device, at which another process may be first: "mknod failed: File exists".
::testing::Matcher<std::string> IsErrorOf(const std::string& operation) {
  const std::string prefix = operation + ": " + kMissing + ": ";
  if (ControlErrno() == 0) return ::testing::Matcher<std::string>(prefix + "no such map");
  return ::testing::Matcher<std::string>(AnyOf(
      StartsWith(prefix + "/dev/mapper"),
      prefix + "libdevmapper cannot create the request; is this root, and is dm_mod loaded?"));
}

TEST(Device, AMissingMapDoesNotExist) {
  const auto exists = Exists(kMissing);
  if (ControlErrno() == 0) {
    ASSERT_TRUE(exists.ok()) << exists.error().ToString();
    EXPECT_FALSE(*exists);
  } else {
    EXPECT_THAT(ErrorOf(exists), IsErrorOf("look up map"));
  }
}

TEST(Device, EveryErrorNamesOperationAndMap) {
  EXPECT_THAT(ErrorOf(LoadedTable(kMissing)), IsErrorOf("read table"));
  EXPECT_THAT(ErrorOf(LiveStatus(kMissing)), IsErrorOf("read status"));
  EXPECT_THAT(ErrorOf(SendMessage(kMissing, "fail_if_no_path")),
              IsErrorOf("send message 'fail_if_no_path'"));
  EXPECT_THAT(ErrorOf(Remove(kMissing)), IsErrorOf("remove map"));
  EXPECT_THAT(ErrorOf(ReplaceWithErrorTarget(kMissing)), IsErrorOf("read table"));
  EXPECT_THAT(ErrorOf(Suspend(kMissing, OnSuspend::kFlush)), IsErrorOf("suspend map"));
  EXPECT_THAT(ErrorOf(Suspend(kMissing, OnSuspend::kKeepQueued)), IsErrorOf("suspend map"));
  EXPECT_THAT(ErrorOf(IsSuspended(kMissing)), IsErrorOf("look up suspension"));
  EXPECT_THAT(ErrorOf(HasInactiveTable(kMissing)), IsErrorOf("look up inactive table"));
  EXPECT_THAT(ErrorOf(LoadTable(kMissing, MultipathTable{})), IsErrorOf("load table"));
}

TEST(Device, LibraryMessagesAreTheReasonAndAreNotPrinted) {
  const std::string impossible(300, 'x');
  ::testing::internal::CaptureStderr();
  const auto exists = Exists(impossible);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  ASSERT_FALSE(exists.ok());
  EXPECT_THAT(exists.error().reason(), Not(HasSubstr("libdevmapper rejected")))
      << "the reason is the library's message";
}

}  // namespace
}  // namespace dualpath::dm
