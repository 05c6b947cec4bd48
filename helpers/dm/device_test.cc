#include "helpers/dm/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::dm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// These run with and without root and device-mapper: what holds everywhere is that a map that does
// not exist is never found, and that the library's complaints end up in the error.
constexpr char kMissing[] = "dualpath-no-such-map";

TEST(Device, AMissingMapIsNeverFound) {
  const auto exists = Exists(kMissing);
  if (exists.ok()) {
    EXPECT_FALSE(*exists);
  } else {
    EXPECT_THAT(exists.error().ToString(), HasSubstr("look up map: dualpath-no-such-map: "));
  }
}

template <typename T>
std::string Complaint(const Result<T>& result) {
  return result.ok() ? "success" : result.error().ToString();
}

TEST(Device, EveryErrorNamesOperationAndMap) {
  const std::string map = kMissing;
  EXPECT_THAT(Complaint(LoadedTable(map)), HasSubstr("read table: " + map + ": "));
  EXPECT_THAT(Complaint(LiveStatus(map)), HasSubstr("read status: " + map + ": "));
  EXPECT_THAT(Complaint(SendMessage(map, "fail_if_no_path")),
              HasSubstr("send message 'fail_if_no_path': " + map + ": "));
  EXPECT_THAT(Complaint(Remove(map)), HasSubstr("remove map: " + map + ": "));
  EXPECT_THAT(Complaint(ReplaceWithErrorTarget(map)), HasSubstr("read table: " + map + ": "));
}

TEST(Device, TheLibraryIsSilentAndItsWordsAreInTheError) {
  const std::string impossible(300, 'x');
  ::testing::internal::CaptureStderr();
  const auto exists = Exists(impossible);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  ASSERT_FALSE(exists.ok());
  EXPECT_THAT(exists.error().reason(), Not(HasSubstr("libdevmapper refuses")))
      << "the library says why it refuses such a name";
}

}  // namespace
}  // namespace dualpath::dm
