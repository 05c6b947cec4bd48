#include "helpers/scsi/transfer_limit.h"

#include <filesystem>
#include <optional>
#include <string>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::scsi {
namespace {

using ::testing::HasSubstr;

/// A directory that looks like /sys and /dev with the device dm-0, and a link to it.
class TransferLimitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(auto directory, TemporaryDirectory::Create());
    directory_.emplace(std::move(directory));
    std::filesystem::create_directories(directory_->path() + "/class/block/dm-0/queue");
    ASSERT_OK(WriteFileAtomically(Attribute(), "1280\n"));
    ASSERT_OK(WriteFileAtomically(directory_->path() + "/dm-0", ""));
    std::filesystem::create_symlink("dm-0", Link());
  }

  std::string Link() const { return directory_->path() + "/mpatha"; }
  std::string Attribute() const {
    return directory_->path() + "/class/block/dm-0/queue/max_sectors_kb";
  }
  const std::string& Sysfs() const { return directory_->path(); }

 private:
  std::optional<TemporaryDirectory> directory_;
};

TEST_F(TransferLimitTest, IsReadAndSetThroughALink) {
  ASSERT_OK_AND_ASSIGN(const std::uint32_t limit, TransferLimitKib(Link(), Sysfs()));
  EXPECT_EQ(limit, 1280U);
  ASSERT_OK(SetTransferLimitKib(Link(), 64, Sysfs()));
  ASSERT_OK_AND_ASSIGN(const std::string written, ReadFile(Attribute()));
  EXPECT_EQ(written.substr(0, 2), "64");
}

TEST_F(TransferLimitTest, NamesADeviceThatDoesNotExistAndAnAttributeThatIsNoNumber) {
  EXPECT_THAT(TransferLimitKib("/dev/dualpath-none", Sysfs()),
              FailsWith(HasSubstr("/dev/dualpath-none")));
  ASSERT_OK(WriteFileAtomically(Attribute(), "many\n"));
  EXPECT_THAT(TransferLimitKib(Link(), Sysfs()), FailsWith(HasSubstr("\"many\" is not a number")));
}

}  // namespace
}  // namespace dualpath::scsi
