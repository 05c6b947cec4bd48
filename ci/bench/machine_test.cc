#include "ci/bench/machine.h"

#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::bench {
namespace {

class MachineTest : public ::testing::Test {
 protected:
  void Write(const std::string& file, const std::string& content) {
    const Status written = WriteFileAtomically(root_.path() + "/" + file, content);
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

  TemporaryDirectory root_ = *TemporaryDirectory::Create();
};

TEST_F(MachineTest, IsReadFromProc) {
  Write("proc/cpuinfo",
        "processor\t: 0\nmodel\t\t: 1\nmodel name\t: AMD EPYC\n\n"
        "processor\t: 1\nmodel\t\t: 1\nmodel name\t: other\n");
  Write("proc/meminfo", "MemTotal:       25165824 kB\nMemFree: 1 kB\n");
  Write("proc/sys/kernel/osrelease", "6.12.43\n");
  Write("proc/loadavg", "0.42 0.10 0.05 1/100 4711\n");
  Write("dev/kvm", "");
  Machine machine = ReadMachine(root_.path());
  EXPECT_EQ(machine.cores, 2U);
  machine.qemu = "QEMU emulator version 10.0.8";
  EXPECT_EQ(machine.cpu, "AMD EPYC");
  EXPECT_EQ(machine.ram_gib, 24);
  EXPECT_TRUE(machine.kvm);
  EXPECT_EQ(machine.load, 0.42);
  EXPECT_FALSE(machine.WasQuiet());
  EXPECT_EQ(machine.ToString(),
            "2 cores (AMD EPYC), 24 GiB, Linux 6.12.43, KVM available but not used, "
            "QEMU emulator version 10.0.8");
}

TEST_F(MachineTest, IgnoresUnreadableFiles) {
  Write("proc/cpuinfo", "processor\t: 0\n");
  const Machine machine = ReadMachine(root_.path());
  EXPECT_FALSE(machine.kvm);
  EXPECT_TRUE(machine.WasQuiet());
  EXPECT_EQ(machine.ToString(), "1 core (unknown CPU), 0 GiB, Linux , no KVM");
}

}  // namespace
}  // namespace dualpath::bench
