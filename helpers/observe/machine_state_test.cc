#include "helpers/observe/machine_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/matchers/status_matchers.h"
#include "helpers/process/fake_proc.h"

namespace dualpath::observe {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kMounts[] =
    "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
    "30 22 0:27 / /sys/kernel/config rw,nosuid shared:9 - configfs configfs rw\n";

class MachineStateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(tree_.path() + "/target/core/fileio_0/storage/attrib");
    fs::create_directories(tree_.path() + "/target/loopback/naa.a/tpgt_1/lun/lun_0/statistics");
    Map("dm-0", "mpatha");
    fs::create_directories(tree_.path() + "/block/sda");
    proc_.Start(kSelf, "dualpath_cases", 1);
    proc_.Start(431, "multipathd");
    proc_.Open(431, 3, "/dev/sda");
    proc_.Open(431, 4, "socket:[17]");
    EXPECT_OK(WriteFileAtomically(proc_.root() + "/self/mountinfo", kMounts));
    roots_ = {tree_.path() + "/target", tree_.path() + "/block", proc_.root(), kSelf};
    before_ = Take();
  }
  void Map(const std::string& device, const std::string& name) {
    EXPECT_OK(WriteFileAtomically(tree_.path() + "/block/" + device + "/dm/name", name + "\n"));
  }
  MachineState Take() {
    auto state = TakeMachineState(roots_);
    EXPECT_OK(state);
    return state.ok() ? *state : MachineState();
  }
  std::vector<std::string> Left() {
    const auto left = LeftSince(before_, Take(), roots_);
    EXPECT_OK(left);
    return left.ok() ? *left : std::vector<std::string>();
  }

  static constexpr int kSelf = 77;
  TemporaryDirectory tree_ = *TemporaryDirectory::Create();
  process::FakeProc proc_;
  MachineRoots roots_;
  MachineState before_;
};

TEST_F(MachineStateTest, ListsObjectsMapsAndMounts) {
  EXPECT_THAT(before_.objects,
              UnorderedElementsAre("configfs core/fileio_0", "configfs core/fileio_0/storage",
                                   "configfs loopback/naa.a", "configfs loopback/naa.a/tpgt_1",
                                   "configfs loopback/naa.a/tpgt_1/lun",
                                   "configfs loopback/naa.a/tpgt_1/lun/lun_0", "map mpatha",
                                   "mount / (ext4)", "mount /sys/kernel/config (configfs)"));
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(MachineStateTest, FindsWhatWasLeft) {
  fs::create_directories(tree_.path() + "/target/loopback/naa.b/tpgt_1");
  Map("dm-1", "mpathb");
  EXPECT_OK(WriteFileAtomically(proc_.root() + "/self/mountinfo",
                                std::string(kMounts) +
                                    "39 22 0:40 / /run/user/1000 rw - tmpfs tmpfs rw\n" +
                                    "40 22 8:0 / /mnt rw shared:2 - xfs /dev/sda rw\n"));
  EXPECT_THAT(Left(), ElementsAre("configfs loopback/naa.b", "configfs loopback/naa.b/tpgt_1",
                                  "map mpathb", "mount /mnt (xfs)"));
}

TEST_F(MachineStateTest, FindsWhatIsGone) {
  fs::remove_all(tree_.path() + "/target/core/fileio_0/storage");
  EXPECT_THAT(GoneSince(before_, Take()), ElementsAre("configfs core/fileio_0/storage"));
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(MachineStateTest, FindsOnlyProcessesOfThisOne) {
  proc_.Start(501, "fio", kSelf, 500);
  proc_.Start(502, "grandchild", 501, 501);
  proc_.Start(503, "orphan", 1, 502);
  proc_.Write(503, "cgroup", "0::/system.slice/dualpath_cases.service\n");
  proc_.Start(504, "cron", 1, 503);
  proc_.Start(505, "udev-worker", 431, 504);
  EXPECT_THAT(Left(),
              ElementsAre("process 501 (fio)", "process 502 (grandchild)", "process 503 (orphan)"));
}

TEST_F(MachineStateTest, FindsOpenFilesOfMultipathd) {
  proc_.Close(431, 3);
  proc_.Open(431, 3, "/dev/sdc");
  EXPECT_THAT(Left(), IsEmpty()) << "the path has another name now";
  proc_.Open(431, 5, "/dev/sdb (deleted)");
  proc_.Open(431, 6, "socket:[18]");
  EXPECT_THAT(Left(), ElementsAre("multipathd has 2 open files of kind /dev/sd, before 1",
                                  "multipathd has 2 open files of kind socket, before 1"));
  proc_.End(431);
  proc_.Start(600, "multipathd", 1, 900);
  proc_.Open(600, 3, "/dev/sda");
  proc_.Open(600, 4, "/dev/sdb");
  EXPECT_THAT(Left(), IsEmpty()) << "another multipathd";
}

TEST_F(MachineStateTest, FailsIfItCannotLook) {
  roots_.proc = "/no/such/proc";
  EXPECT_THAT(TakeMachineState(roots_), FailsWith(HasSubstr("/no/such/proc")));
  EXPECT_FALSE(LeftSince(before_, before_, roots_).ok());
}

}  // namespace
}  // namespace dualpath::observe
