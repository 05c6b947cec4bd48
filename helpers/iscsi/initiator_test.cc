#include "helpers/iscsi/initiator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::iscsi {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kTarget = "iqn.2003-01.org.linux-iscsi.dualpath:a";
const std::string kOther = "iqn.2003-01.org.linux-iscsi.dualpath:b";

class InitiatorTest : public ::testing::Test {
 protected:
  Initiator Ours() {
    Initiator::Machine machine;
    machine.sysfs = Sysfs();
    machine.run = [this](const std::vector<std::string>& argv,
                         Deadline) -> Result<process::Output> {
      commands_.push_back(process::Command{argv}.ToString());
      process::Output output;
      if (argv.back() == failing_) output.exit.code = code_;
      if (argv.back() == "--login" && output.exit.ok()) AddSession("session1", 7, kTarget);
      return output;
    };
    return Initiator(machine);
  }

  std::string Sysfs() const { return directory_.path() + "/sys"; }

  void AddSession(const std::string& name, unsigned host, const std::string& target) {
    const std::string device =
        Sysfs() + "/devices/platform/host" + std::to_string(host) + "/" + name;
    const std::string session = Sysfs() + "/class/iscsi_session/" + name;
    fs::create_directories(device);
    fs::create_directories(session);
    fs::create_directory_symlink(device, session + "/device");
    EXPECT_TRUE(WriteFileAtomically(session + "/targetname", target + "\n").ok());
    EXPECT_TRUE(WriteFileAtomically(session + "/initiatorname", "iqn.ours\n").ok());
    EXPECT_TRUE(WriteFileAtomically(session + "/state", "LOGGED_IN\n").ok());
    EXPECT_TRUE(WriteFileAtomically(session + "/recovery_tmo", "5\n").ok());
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::vector<std::string> commands_;
  std::string failing_;
  int code_ = 1;
};

TEST_F(InitiatorTest, LogsInWithoutDiscovery) {
  ASSERT_TRUE(Ours().LogIn(kTarget, "127.0.0.1:3260").ok());
  const std::string node = "iscsiadm --mode node --targetname " + kTarget;
  EXPECT_THAT(commands_,
              ElementsAre("systemctl start iscsid", node + " --portal 127.0.0.1:3260,1 --op new",
                          node + " --portal 127.0.0.1:3260,1 --login"));
}

TEST_F(InitiatorTest, LoginThatFailsIsAnError) {
  failing_ = "--login";
  const Status status = Ours().LogIn(kTarget, "127.0.0.1:3260");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().ToString(), HasSubstr("--login: exit status 1"));
}

TEST_F(InitiatorTest, FindsTheSessionOfATarget) {
  AddSession("session3", 4, kOther);
  AddSession("session5", 6, kTarget);
  const auto session = Ours().SessionTo(kTarget);
  ASSERT_TRUE(session.ok()) << session.error().ToString();
  EXPECT_EQ(session->name, "session5");
  EXPECT_EQ(session->host, 6U);
  EXPECT_EQ(session->initiator, "iqn.ours");
  EXPECT_TRUE(session->IsLoggedIn());
  EXPECT_EQ(session->recovery_seconds, "5");
}

TEST_F(InitiatorTest, NoSessionIsNotAnErrorOfTheSearch) {
  const auto session = FindSession(kTarget, Sysfs());
  ASSERT_TRUE(session.ok());
  EXPECT_FALSE(session->has_value());
  EXPECT_THAT(Ours().SessionTo(kTarget).error().ToString(), HasSubstr("not logged in"));
}

TEST_F(InitiatorTest, SetsTheRecoveryTime) {
  AddSession("session5", 6, kTarget);
  ASSERT_TRUE(SetRecoverySeconds(*Ours().SessionTo(kTarget), 30, Sysfs()).ok());
  EXPECT_EQ(Ours().SessionTo(kTarget)->recovery_seconds, "30");
}

TEST_F(InitiatorTest, LogsOutAndForgetsTheTarget) {
  AddSession("session5", 6, kTarget);
  ASSERT_TRUE(Ours().LogOut(kTarget).ok());
  const std::string node = "iscsiadm --mode node --targetname " + kTarget;
  EXPECT_THAT(commands_, ElementsAre(node + " --logout", node + " --op delete"));
}

TEST_F(InitiatorTest, LogoutWithoutSessionAndRecordDoesNothing) {
  failing_ = "delete";
  code_ = 21;
  EXPECT_TRUE(Ours().LogOut(kTarget).ok());
  code_ = 6;
  EXPECT_FALSE(Ours().LogOut(kTarget).ok());
}

}  // namespace
}  // namespace dualpath::iscsi
