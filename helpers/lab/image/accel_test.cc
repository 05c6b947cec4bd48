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

  std::vector<std::string> Missing() const { return MissingForKvm(root_.path()); }

  /// Returns what is missing after the device, which is reported first.
  std::vector<std::string> MissingModules() const {
    std::vector<std::string> missing = Missing();
    missing.erase(missing.begin());
    return missing;
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

TEST_F(AcceleratorTest, TcgNeedsNothing) {
  EXPECT_TRUE(CheckAccelerator(Accelerator::kTcg, root_.path()).ok());
}

TEST_F(AcceleratorTest, KvmNeedsDeviceAndModule) {
  EXPECT_THAT(Missing(),
              ElementsAre(AllOf(StartsWith("open: " + Path("dev/kvm") + ": No such file"),
                                HasSubstr("load kvm_intel or kvm_amd")),
                          AllOf(HasSubstr(Path("sys/module") + " has neither"),
                                HasSubstr("modprobe kvm_intel nested=1"))));
}

TEST_F(AcceleratorTest, KvmNeedsPermissionToOpenTheDevice) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may open any device";
  Write("dev/kvm", "");
  fs::permissions(Path("dev/kvm"), fs::perms::none);
  Write("sys/module/kvm_intel/parameters/nested", "Y\n");
  EXPECT_THAT(Missing(),
              ElementsAre(AllOf(HasSubstr("Permission denied"), HasSubstr("usermod -aG kvm"))));
}

TEST_F(AcceleratorTest, KvmNeedsADeviceThatIsKvm) {
  Write("dev/kvm", "");
  Write("sys/module/kvm_amd/parameters/nested", "1\n");
  EXPECT_THAT(Missing(), ElementsAre(AllOf(StartsWith("get KVM API version: " + Path("dev/kvm")),
                                           Not(HasSubstr("usermod")))));
}

TEST_F(AcceleratorTest, KvmNeedsNesting) {
  Write("sys/module/kvm/parameters/halt_poll_ns", "200000\n");
  Write("sys/module/kvm_intel/parameters/nested", "N\n");
  EXPECT_THAT(MissingModules(),
              ElementsAre(Path("sys/module/kvm_intel/parameters/nested") +
                          " is N; stop its VMs, then: modprobe -r kvm_intel && modprobe kvm_intel "
                          "nested=1"));
  Write("sys/module/kvm_intel/parameters/nested", "Y\n");
  EXPECT_THAT(MissingModules(), IsEmpty());

  fs::remove_all(Path("sys/module/kvm_intel"));
  Write("sys/module/kvm_amd/parameters/nested", "0\n");
  EXPECT_THAT(MissingModules(),
              ElementsAre(AllOf(HasSubstr("nested is 0"), HasSubstr("modprobe kvm_amd nested=1"))));
  Write("sys/module/kvm_amd/parameters/nested", "1\n");
  EXPECT_THAT(MissingModules(), IsEmpty());
}

TEST_F(AcceleratorTest, KvmNeedsTheNestedParameter) {
  fs::create_directories(Path("sys/module/kvm_intel"));
  EXPECT_THAT(MissingModules(), ElementsAre(HasSubstr("kvm_intel/parameters/nested: No such")));
}

TEST_F(AcceleratorTest, KvmWithNestingIsAccepted) {
  const Status kvm = host::CheckKvm();
  if (!kvm.ok()) GTEST_SKIP() << kvm.error().ToString();
  fs::create_directories(Path("dev"));
  fs::create_symlink("/dev/kvm", Path("dev/kvm"));
  Write("sys/module/kvm_intel/parameters/nested", "Y\n");
  EXPECT_THAT(Missing(), IsEmpty());
  EXPECT_TRUE(CheckAccelerator(Accelerator::kKvm, root_.path()).ok());
}

TEST_F(AcceleratorTest, NamesAnUnsuitableModule) {
  Write("dev/kvm", "");
  Write("sys/module/kvm/parameters/halt_poll_ns", "200000\n");
  Write("sys/module/kvm_pvm/parameters/force", "N\n");
  const Status checked = CheckAccelerator(Accelerator::kKvm, root_.path());
  ASSERT_FALSE(checked.ok());
  EXPECT_THAT(checked.error().ToString(),
              AllOf(StartsWith("run the lab on KVM: this machine: get KVM API version: "),
                    HasSubstr("; and " + Path("sys/module") +
                              " has kvm_pvm instead of kvm_intel or kvm_amd, "),
                    EndsWith(". Or use --accel tcg, the default")));
}

TEST_F(AcceleratorTest, TcgSnapshotsDoNotDependOnTheMachine) {
  EXPECT_EQ(Machine(Accelerator::kTcg), "");
}

TEST_F(AcceleratorTest, KvmSnapshotsDependOnProcessorAndKernel) {
  WriteMachine("6.12.0", Processor("Xeon", "fpu vmx") + Processor("Xeon", "fpu vmx"));
  const std::string machine = Machine();
  EXPECT_THAT(machine, StartsWith("KVM on machine "));

  WriteMachine("6.12.0", Processor("Xeon", "fpu vmx", "1199.998"));
  EXPECT_EQ(Machine(), machine) << "clock rate and number of processors are ignored";
  WriteMachine("6.12.0", Processor("Xeon", "fpu"));
  EXPECT_NE(Machine(), machine);
  WriteMachine("6.12.0", Processor("Core", "fpu vmx"));
  EXPECT_NE(Machine(), machine);
  WriteMachine("6.12.1", Processor("Xeon", "fpu vmx"));
  EXPECT_NE(Machine(), machine);
}

TEST_F(AcceleratorTest, NamesTheFileThatCannotBeRead) {
  EXPECT_THAT(Machine(), HasSubstr(Path("proc/sys/kernel/osrelease")));
  Write("proc/sys/kernel/osrelease", "6.12.0\n");
  EXPECT_THAT(Machine(), HasSubstr(Path("proc/cpuinfo")));
}

}  // namespace
}  // namespace dualpath::lab
