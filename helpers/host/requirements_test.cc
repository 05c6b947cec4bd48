#include "helpers/host/requirements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::host {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A machine in an empty directory.
class RequirementsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryDirectory::Create();
    ASSERT_TRUE(created.ok()) << created.error().ToString();
    temporary_.emplace(std::move(*created));
    directory_ = temporary_->path();
    machine_.sys = directory_ + "/sys";
    machine_.proc = directory_ + "/proc";
    machine_.modules = directory_ + "/modules";
    machine_.libvirt_sockets = directory_ + "/libvirt";
    machine_.is_root = true;
    machine_.find_program = [this](const std::string& program) {
      return program.find('/') == std::string::npos ? program_ : program;
    };
    machine_.load_module = [this](const std::string& module) -> Status {
      loaded_.push_back(module);
      return load_outcome_;
    };
    machine_.mount_configfs = [this](const std::string& directory) -> Status {
      mounted_.push_back(directory);
      return mount_outcome_;
    };
  }

  void Put(const std::string& path, const std::string& content) const {
    ASSERT_TRUE(WriteFileAtomically(directory_ + "/" + path, content).ok());
  }
  Requirements Check() const { return Requirements(machine_); }

  std::optional<TemporaryDirectory> temporary_;
  std::string directory_;
  Requirements::Machine machine_;
  std::string program_;
  Status load_outcome_ = Ok{};
  Status mount_outcome_ = Ok{};
  std::vector<std::string> loaded_;
  std::vector<std::string> mounted_;
};

TEST_F(RequirementsTest, RootIsMissingForOtherUsers) {
  EXPECT_FALSE(Check().Root());
  machine_.is_root = false;
  EXPECT_EQ(
      Check().Root()->ToString(),
      "root is missing. Run as root, or use the lab (`dualpath exec`), which does not need it");
}

TEST_F(RequirementsTest, ModuleMayBeLoadedBuiltInOrLoadable) {
  Put("sys/module/dm_multipath/refcnt", "0");
  Put("modules/modules.builtin", "kernel/fs/configfs/configfs.ko\n");
  Put("modules/modules.dep",
      "kernel/drivers/target/loopback/tcm_loop.ko.xz: kernel/drivers/target/target_core_mod.ko.xz\n"
      "kernel/drivers/md/dm-round-robin.ko: kernel/drivers/md/dm-mod.ko\n");
  EXPECT_FALSE(Check().Module("dm-multipath"));
  EXPECT_FALSE(Check().Module("configfs"));
  EXPECT_FALSE(Check().Module("tcm_loop"));
  EXPECT_FALSE(Check().Module("dm_round_robin"));
  // Only a dependency of another module; and only a prefix of a name.
  EXPECT_TRUE(Check().Module("target_core_mod"));
  EXPECT_TRUE(Check().Module("tcm"));
}

TEST_F(RequirementsTest, MissingModuleNamesAKernelForBothDistributions) {
  EXPECT_THAT(Check().Module("tcm_loop")->ToString(),
              AllOf(HasSubstr("kernel module tcm_loop is missing"), HasSubstr("linux-image-amd64"),
                    HasSubstr("yum install kernel-uek (OL7)")));
  EXPECT_TRUE(Check().EnsureModule("tcm_loop"));
  EXPECT_THAT(loaded_, IsEmpty());
}

TEST_F(RequirementsTest, ModuleIsLoadedOnlyIfNecessary) {
  Put("sys/module/dm_multipath/refcnt", "0");
  Put("modules/modules.dep", "kernel/tcm_loop.ko:\n");
  EXPECT_FALSE(Check().EnsureModule("dm_multipath"));
  EXPECT_FALSE(Check().EnsureModule("tcm_loop"));
  EXPECT_THAT(loaded_, ElementsAre("tcm_loop"));
}

TEST_F(RequirementsTest, RemedyHasTheReasonIfLoadingFails) {
  Put("modules/modules.dep", "kernel/tcm_loop.ko:\n");
  load_outcome_ = Error::Because("run", "modprobe tcm_loop", "exit status 1");
  EXPECT_THAT(Check().EnsureModule("tcm_loop")->remedy,
              HasSubstr("run: modprobe tcm_loop: exit status 1"));
  machine_.is_root = false;
  EXPECT_THAT(Check().EnsureModule("tcm_loop")->remedy, HasSubstr("Run as root"));
  EXPECT_EQ(loaded_.size(), 1U) << "not tried without root";
}

TEST_F(RequirementsTest, MissingProgramNamesThePackageOfEachDistribution) {
  EXPECT_EQ(Check().Program("multipath")->ToString(),
            "program multipath is missing. Install it: apt-get install multipath-tools (Debian), "
            "yum install device-mapper-multipath (OL7)");
  EXPECT_EQ(Check().Program("frobnicate")->remedy, "Install the package that provides it");
  EXPECT_THAT(Check().Program("qemu")->remedy, HasSubstr("qemu-system-x86"));
  program_ = "/bin/sh";
  EXPECT_FALSE(Check().Program("multipath"));
  EXPECT_FALSE(Check().Program("qemu"));
  program_ = directory_ + "/not-there";
  EXPECT_TRUE(Check().Program("multipath"));
}

TEST_F(RequirementsTest, ConfigFsIsMountedOnlyIfNecessary) {
  Put("modules/modules.builtin", "kernel/fs/configfs/configfs.ko\n");
  Put("proc/self/mounts",
      "proc /proc proc rw 0 0\nconfigfs " + directory_ + "/sys/kernel/config configfs rw 0 0\n");
  EXPECT_FALSE(Check().ConfigFs());
  EXPECT_THAT(mounted_, IsEmpty());
  Put("proc/self/mounts", "configfs /elsewhere configfs rw 0 0\n");
  EXPECT_FALSE(Check().ConfigFs());
  EXPECT_THAT(mounted_, ElementsAre(directory_ + "/sys/kernel/config"));
}

TEST_F(RequirementsTest, RemedyHasTheReasonIfMountingConfigFsFails) {
  Put("modules/modules.builtin", "kernel/fs/configfs/configfs.ko\n");
  mount_outcome_ = Error::FromErrno("mount configfs", "/x", EPERM);
  EXPECT_THAT(Check().ConfigFs()->ToString(),
              AllOf(HasSubstr("configfs on "), HasSubstr("Operation not permitted"),
                    HasSubstr("sys-kernel-config.mount")));
  machine_.is_root = false;
  EXPECT_THAT(Check().ConfigFs()->remedy, HasSubstr("Run as root"));
}

TEST_F(RequirementsTest, LibvirtSocketMayBeVirtqemuds) {
  EXPECT_THAT(Check().LibvirtSocket()->remedy,
              AllOf(HasSubstr("libvirt-daemon-system"), HasSubstr("libvirt-daemon-kvm")));
  Put("libvirt/virtqemud-sock", "");
  EXPECT_FALSE(Check().LibvirtSocket());
}

TEST_F(RequirementsTest, AllMissingRequirementsOfARigAreListed) {
  machine_.is_root = false;
  Put("modules/modules.dep", "kernel/tcm_loop.ko:\n");
  std::vector<std::string> what;
  for (const Missing& missing : Check().ForRig()) what.push_back(missing.what);
  EXPECT_THAT(what, ElementsAre("root", "program modprobe",
                                "configfs on " + directory_ + "/sys/kernel/config",
                                "kernel module target_core_mod", "kernel module target_core_file",
                                "kernel module tcm_loop", "kernel module dm_multipath",
                                "program multipath", "program multipathd"));
}

TEST_F(RequirementsTest, FioNeedsFioAndLdd) {
  const std::vector<Missing> missing = Check().ForFio();
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_EQ(missing[0].ToString(),
            "program fio is missing. Install it: apt-get install fio (Debian), yum install fio "
            "(OL7)");
  EXPECT_THAT(missing[1].ToString(), HasSubstr("program ldd is missing"));
  program_ = "/bin/sh";
  EXPECT_THAT(Check().ForFio(), IsEmpty());
}

TEST_F(RequirementsTest, ConformanceNeedsItsProgramAndLdd) {
  const std::vector<Missing> missing = Check().ForConformance();
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_THAT(missing[0].ToString(), HasSubstr("apt-get install libiscsi-bin (Debian)"));
  EXPECT_THAT(missing[1].ToString(), HasSubstr("program ldd is missing"));
  program_ = "/bin/sh";
  EXPECT_THAT(Check().ForConformance(), IsEmpty());
}

TEST_F(RequirementsTest, ReservationsNeedMpathpersistAndQemuPrHelper) {
  std::vector<std::string> texts;
  for (const Missing& missing : Check().ForReservations()) texts.push_back(missing.ToString());
  EXPECT_THAT(texts,
              ElementsAre("program mpathpersist is missing. Install it: apt-get install "
                          "multipath-tools (Debian), yum install device-mapper-multipath (OL7)",
                          "program qemu-pr-helper is missing. Install it: apt-get install "
                          "qemu-system-common (Debian), yum install qemu-common (OL7)"));
  program_ = "/bin/sh";
  EXPECT_THAT(Check().ForReservations(), IsEmpty());
}

TEST(ThisMachine, HasAShellButNotAnUnknownModule) {
  const Requirements requirements;
  EXPECT_FALSE(requirements.Program("sh"));
  EXPECT_EQ(requirements.Module("no_such_module_anywhere")->what,
            "kernel module no_such_module_anywhere");
}

}  // namespace
}  // namespace dualpath::host
