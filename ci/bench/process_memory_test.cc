#include "ci/bench/process_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::bench {
namespace {

using ::testing::HasSubstr;

class ProcessMemoryTest : public ::testing::Test {
 protected:
  Result<ProcessMemory> Read(const std::string& text) {
    const Status written = WriteFileAtomically(proc_.path() + "/4711/smaps_rollup", text);
    EXPECT_TRUE(written.ok()) << written.error().ToString();
    return ProcessMemory::Of(4711, proc_.path());
  }

  TemporaryDirectory proc_ = *TemporaryDirectory::Create();
};

TEST_F(ProcessMemoryTest, IsInMegabytesAndIncludesSwap) {
  const auto memory = Read(
      "00400000-7ffd ---p 00000000 00:00 0      [rollup]\n"
      "Rss:              900000 kB\nPss:              500000 kB\nPss_Dirty:  9 kB\n"
      "Private_Clean:         7 kB\nPrivate_Dirty:    300000 kB\nAnonymous:   250000 kB\n"
      "Swap:               1000 kB\nSwapPss: 3 kB\n");
  ASSERT_TRUE(memory.ok()) << memory.error().ToString();
  EXPECT_DOUBLE_EQ(memory->anonymous, 251000 * 1024 / 1e6);
  EXPECT_DOUBLE_EQ(memory->proportional, 501000 * 1024 / 1e6);
}

TEST_F(ProcessMemoryTest, AFileWithoutTheFieldsIsAnError) {
  const auto memory = Read("Rss: 900000 kB\n");
  ASSERT_FALSE(memory.ok());
  EXPECT_THAT(memory.error().ToString(), HasSubstr("4711/smaps_rollup"));
  EXPECT_THAT(memory.error().ToString(), HasSubstr("no Anonymous"));
  EXPECT_FALSE(ProcessMemory::Of(4712, proc_.path()).ok()) << "no such process";
}

TEST(ProcessMemory, ReadsARealProcess) {
  const auto memory = ProcessMemory::Of(::getpid());
  ASSERT_TRUE(memory.ok()) << memory.error().ToString();
  EXPECT_GT(memory->anonymous, 0.1);
  EXPECT_GE(memory->proportional, memory->anonymous);
}

}  // namespace
}  // namespace dualpath::bench
