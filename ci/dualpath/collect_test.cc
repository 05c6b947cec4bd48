// ci/host/collect, with programs in PATH that print their arguments and somebody else's secrets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"
#include "helpers/process/process.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class CollectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Put("root/var/lib/dualpath/rig.json",
        "{\n  \"backstore\": \"fileio_7/storage\",\n  \"map\": \"mpathq\",\n"
        "  \"naa\": [\n    \"naa.5001405f01234ba3\"\n  ]\n}\n");
    Put("root/sys/kernel/config/target/core/fileio_7/storage/info", "");
    Put("root/sys/kernel/config/target/core/fileio_8/secret/info", "");
    Put("root/sys/kernel/config/target/loopback/naa.5001405f01234ba3/tpgt_1/nexus", "");
    Put("root/sys/kernel/config/target/loopback/naa.secret/tpgt_1/nexus", "");
    Put("root/var/log/libvirt/qemu/dualpath-guest.log", "ours\n");
    Put("root/var/log/libvirt/qemu/other.log", "secret\n");
    Fake("journalctl", "echo \"journalctl $*\"; echo 'domain other: secret'");
    Fake("multipath", "echo \"multipath $*\"");
    Fake("multipathd", "echo '36OURS 3:0:1:0 sda'; echo '36secret 9:0:1:0 sdz'");
    Fake("dmsetup", "[ $1 = info ] && echo mpath-36OURS || echo \"dmsetup $*\"");
    Fake("lsscsi", "echo '[3:0:1:0] disk LIO-ORG  storage'; echo '[0:0:0:0] disk secret'");
    Fake("ps", "echo \"ps $*\"");
    Fake("virsh", "echo \"virsh $*\"");
  }

  void Put(const std::string& name, const std::string& content) const {
    ASSERT_OK(WriteFileAtomically(In(name), content));
  }
  void Fake(const std::string& program, const std::string& script) const {
    Put("bin/" + program, "#!/bin/sh\n" + script + "\n");
    ASSERT_EQ(::chmod(In("bin/" + program).c_str(), 0755), 0);
  }
  std::string In(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string Collected(const std::string& name) const {
    const auto content = ReadFile(In("out/" + name));
    return content.ok() ? *content : content.error().ToString();
  }

  void Collect() const {
    fs::create_directory(In("out"));
    process::Command command;
    command.argv = {DUALPATH_COLLECT_ON_HOST, In("out"), "1700000000"};
    command.environment = {{"PATH", In("bin") + ":/usr/bin:/bin"},
                           {"DUALPATH_COLLECT_ROOT", In("root")},
                           {"DUALPATH_COLLECT_BYTES", "1000"}};
    ASSERT_OK(process::ExecuteChecked(command, Deadline::In(std::chrono::minutes(1))));
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

TEST_F(CollectTest, TakesOnlyWhatIsOurs) {
  Collect();
  EXPECT_THAT(Collected("multipath-ll.txt"), HasSubstr("multipath -ll mpathq"));
  EXPECT_THAT(Collected("dm-table.txt"), HasSubstr("dmsetup table mpathq"));
  EXPECT_EQ(Collected("multipathd-paths.txt"), "36OURS 3:0:1:0 sda\n");
  EXPECT_THAT(Collected("configfs.txt"),
              AllOf(HasSubstr("fileio_7/storage/info"), HasSubstr("naa.5001405f01234ba3/tpgt_1")));
  EXPECT_EQ(Collected("qemu-dualpath-guest.log"), "ours\n");
  EXPECT_THAT(Collected("domain-dualpath-guest.xml"), HasSubstr("dumpxml dualpath-guest"));
  for (const auto& entry : fs::directory_iterator(In("out"))) {
    const std::string name = entry.path().filename().string();
    // The logs of a unit are taken as they are; that of libvirt has lines about other guests.
    if (name == "journal.log" || name == "kernel.log") continue;
    EXPECT_THAT(Collected(name), Not(HasSubstr("secret"))) << name;
  }
}

TEST_F(CollectTest, TakesOnlyOurUnitsLogsSinceTheCaseBegan) {
  Collect();
  EXPECT_THAT(Collected("journal.log"),
              AllOf(HasSubstr("--since=@1700000000"), HasSubstr("-u multipathd\n")));
  EXPECT_THAT(Collected("kernel.log"), AllOf(HasSubstr("--since=@1700000000"), HasSubstr("-k\n")));
  EXPECT_EQ(Collected("libvirt.log"), "") << "no line about our guest";
  EXPECT_THAT(Collected("processes.txt"),
              AllOf(HasSubstr("-C multipathd,"), Not(HasSubstr("-e")), Not(HasSubstr("args"))));
}

TEST_F(CollectTest, LimitsEveryFile) {
  Fake("journalctl", "yes");
  Put("root/var/log/libvirt/qemu/dualpath-guest.log", std::string(5000, 'x') + "the end\n");
  Collect();
  EXPECT_EQ(fs::file_size(In("out/journal.log")), 1000U);
  EXPECT_EQ(fs::file_size(In("out/qemu-dualpath-guest.log")), 1000U);
  EXPECT_THAT(Collected("qemu-dualpath-guest.log"), EndsWith("the end\n"));
}

TEST_F(CollectTest, WithoutARigTakesNothingOfOthers) {
  Fake("dmsetup", "[ $1 = info ] && exit 1; echo \"dmsetup $*\"");
  for (const char* manifest : {"", "{\n  \"backstore\": \"\",\n  \"map\": \"\"\n}\n"}) {
    Put("root/var/lib/dualpath/rig.json", manifest);
    Collect();
    EXPECT_THAT(Collected("journal.log"), HasSubstr("-u multipathd"));
    EXPECT_EQ(Collected("multipathd-paths.txt"), "");
    EXPECT_THAT(Collected("multipath-ll.txt"), HasSubstr("multipath -ll no-map"));
    EXPECT_THAT(Collected("configfs.txt"), Not(HasSubstr("fileio_8")));
    EXPECT_THAT(Collected("configfs.txt"), Not(HasSubstr("naa.secret")));
  }
}

}  // namespace
}  // namespace dualpath::cli
