#include "helpers/lab/image/accel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/host/kvm.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class AcceleratorTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& file) const { return root_.path() + "/" + file; }

  void Write(const std::string& file, const std::string& content) {
    const Status written = WriteFileAtomically(Path(file), content);
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

  std::vector<std::string> Lacks() const { return WhatKvmLacks(root_.path()); }

  /// Returns what is lacking besides the device, which is missing in the root.
  std::vector<std::string> LacksOfTheModule() const {
    std::vector<std::string> lacks = Lacks();
    lacks.erase(lacks.begin());
    return lacks;
  }

  std::string Machine(Accelerator accelerator = Accelerator::kKvm) const {
    const auto machine = MachineFor(accelerator, root_.path());
    return machine.ok() ? *machine : machine.error().ToString();
  }

  void WriteMachine(const std::string& release, const std::string& processors) {
    Write("proc/sys/kernel/osrelease", release + "\n");
    Write("proc/cpuinfo", processors);
  }

  TemporaryDirectory root_ = *TemporaryDirectory::Create();
};

std::string Processor(const std::string& model, const std::string& flags,
                      const std::string& megahertz = "2600.000") {
  return "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 167\n"
         "model name\t: " +
         model + "\nstepping\t: 1\ncpu MHz\t\t: " + megahertz + "\nflags\t\t: " + flags + "\n\n";
}

TEST(Accelerator, HasQemusNames) {
  EXPECT_EQ(Accelerators().size(), 2U);
  for (const auto& [name, accelerator] : Accelerators()) EXPECT_EQ(ToString(accelerator), name);
  EXPECT_EQ(Accelerators().at("kvm"), Accelerator::kKvm);
}

TEST_F(AcceleratorTest, EmulationLacksNothing) {
  EXPECT_TRUE(CheckAccelerator(Accelerator::kTcg, root_.path()).ok());
}

TEST_F(AcceleratorTest, KvmNeedsItsDeviceAndAModule) {
  EXPECT_THAT(Lacks(), ElementsAre(AllOf(StartsWith("open: " + Path("dev/kvm") + ": No such file"),
                                         HasSubstr("load kvm_intel or kvm_amd")),
                                   AllOf(HasSubstr(Path("sys/module") + " has neither"),
                                         HasSubstr("modprobe kvm_intel nested=1"))));
}

TEST_F(AcceleratorTest, AnInaccessibleDeviceNeedsTheGroup) {
  if (::geteuid() == 0) GTEST_SKIP() << "root can open every file";
  Write("dev/kvm", "");
  fs::permissions(Path("dev/kvm"), fs::perms::none);
  Write("sys/module/kvm_intel/parameters/nested", "Y\n");
  EXPECT_THAT(Lacks(),
              ElementsAre(AllOf(HasSubstr("Permission denied"), HasSubstr("usermod -aG kvm"))));
}

TEST_F(AcceleratorTest, ADeviceOtherThanKvmIsReported) {
  Write("dev/kvm", "");
  Write("sys/module/kvm_amd/parameters/nested", "1\n");
  EXPECT_THAT(Lacks(), ElementsAre(AllOf(StartsWith("ask for KVM's version: " + Path("dev/kvm")),
                                         Not(HasSubstr("usermod")))));
}

TEST_F(AcceleratorTest, TheModuleMustAllowNesting) {
  Write("sys/module/kvm/parameters/halt_poll_ns", "200000\n");
  Write("sys/module/kvm_intel/parameters/nested", "N\n");
  EXPECT_THAT(LacksOfTheModule(),
              ElementsAre(Path("sys/module/kvm_intel/parameters/nested") +
                          " is N; stop its VMs, then: modprobe -r kvm_intel && modprobe kvm_intel "
                          "nested=1"));
  Write("sys/module/kvm_intel/parameters/nested", "Y\n");
  EXPECT_THAT(LacksOfTheModule(), IsEmpty());

  fs::remove_all(Path("sys/module/kvm_intel"));
  Write("sys/module/kvm_amd/parameters/nested", "0\n");
  EXPECT_THAT(LacksOfTheModule(),
              ElementsAre(AllOf(HasSubstr("nested is 0"), HasSubstr("modprobe kvm_amd nested=1"))));
  Write("sys/module/kvm_amd/parameters/nested", "1\n");
  EXPECT_THAT(LacksOfTheModule(), IsEmpty());
}

TEST_F(AcceleratorTest, AModuleWithoutTheParameterIsReported) {
  fs::create_directories(Path("sys/module/kvm_intel"));
  EXPECT_THAT(LacksOfTheModule(), ElementsAre(HasSubstr("kvm_intel/parameters/nested: No such")));
}

TEST_F(AcceleratorTest, AKvmWithNestingLacksNothing) {
  const Status ours = host::CheckKvm();
  if (!ours.ok()) GTEST_SKIP() << ours.error().ToString();
  fs::create_directories(Path("dev"));
  fs::create_symlink("/dev/kvm", Path("dev/kvm"));
  Write("sys/module/kvm_intel/parameters/nested", "Y\n");
  EXPECT_THAT(Lacks(), IsEmpty());
  EXPECT_TRUE(CheckAccelerator(Accelerator::kKvm, root_.path()).ok());
}

TEST_F(AcceleratorTest, AnotherVendorModuleIsNamed) {
  Write("dev/kvm", "");
  Write("sys/module/kvm/parameters/halt_poll_ns", "200000\n");
  Write("sys/module/kvm_pvm/parameters/force", "N\n");
  const Status checked = CheckAccelerator(Accelerator::kKvm, root_.path());
  ASSERT_FALSE(checked.ok());
  EXPECT_THAT(checked.error().ToString(),
              AllOf(StartsWith("run the lab on KVM: this machine: ask for KVM's version: "),
                    HasSubstr("; and " + Path("sys/module") +
                              " has kvm_pvm instead of kvm_intel or kvm_amd, "),
                    EndsWith(". --accel tcg, the default, runs without KVM")));
}

TEST_F(AcceleratorTest, ASnapshotUnderEmulationDependsOnNoMachine) {
  EXPECT_EQ(Machine(Accelerator::kTcg), "");
}

TEST_F(AcceleratorTest, ASnapshotUnderKvmDependsOnProcessorAndKernel) {
  WriteMachine("6.12.0", Processor("Xeon", "fpu vmx") + Processor("Xeon", "fpu vmx"));
  const std::string machine = Machine();
  EXPECT_THAT(machine, StartsWith("KVM on machine "));

  WriteMachine("6.12.0", Processor("Xeon", "fpu vmx", "1199.998"));
  EXPECT_EQ(Machine(), machine) << "neither the clock rate nor the number of processors matters";
  WriteMachine("6.12.0", Processor("Xeon", "fpu"));
  EXPECT_NE(Machine(), machine);
  WriteMachine("6.12.0", Processor("Core", "fpu vmx"));
  EXPECT_NE(Machine(), machine);
  WriteMachine("6.12.1", Processor("Xeon", "fpu vmx"));
  EXPECT_NE(Machine(), machine);
}

TEST_F(AcceleratorTest, AMachineThatCannotBeReadIsAnError) {
  EXPECT_THAT(Machine(), HasSubstr(Path("proc/sys/kernel/osrelease")));
  Write("proc/sys/kernel/osrelease", "6.12.0\n");
  EXPECT_THAT(Machine(), HasSubstr(Path("proc/cpuinfo")));
}

}  // namespace
}  // namespace dualpath::lab
