#include "helpers/scsi/sg_io.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::scsi {
namespace {

TEST(Execute, TellsADeviceThatCannotBeOpenedFromACommandThatFails) {
  EXPECT_EQ(Execute("/dev/no-such-disk", TestUnitReady()).error().ToString(),
            "open: /dev/no-such-disk: No such file or directory (errno 2)");
  const auto completion = Execute("/dev/null", Read10(0, 8));
  ASSERT_TRUE(completion.ok()) << completion.error().ToString();
  EXPECT_EQ(completion->command, "READ(10) of 8 blocks at 0");
  EXPECT_EQ(completion->error_number, ENOTTY);
  EXPECT_TRUE(completion->data.empty());
  EXPECT_LE(completion->start, completion->end);
}

}  // namespace
}  // namespace dualpath::scsi
