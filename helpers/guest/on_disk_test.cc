#include "helpers/guest/on_disk.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/base/temporary_directory.h"

namespace dualpath::guest {
namespace {

// What it copies needs root and a block device: cases/oracle.cc.

TEST(CopyWhatIsOnDisk, NamesAMissingFile) {
  EXPECT_EQ(CopyWhatIsOnDisk("/no/such/storage.raw", {0, 4096}, "/tmp/x").error().ToString(),
            "open: /no/such/storage.raw: No such file or directory (errno 2)");
}

TEST(CopyWhatIsOnDisk, NeedsAFileSystemThatTellsWhereItsDataAre) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const Status copied =
      CopyWhatIsOnDisk("/proc/self/status", {0, 4096}, directory.path() + "/copy");
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().error_number(), EOPNOTSUPP) << copied.error().ToString();
}

}  // namespace
}  // namespace dualpath::guest
