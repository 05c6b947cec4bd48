#include "helpers/multipath/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/scoped_time_scale.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"
#include "helpers/multipath/fake_daemon.h"

namespace dualpath::multipath {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kWwid[] = "36001405d0a1bace00014d75a15a74680";
constexpr char kOtherWwid[] = "3600140511111111111111111111111111";

/// A machine with its files in a directory and a fake multipathd. `steps()` are the commands it
/// received, in order.
class ServiceTest : public ::testing::Test {
 protected:
  /// systemctl starts and stops the fake multipathd, whose status is the next of `states_`.
  Service OnMachine(bool running) {
    if (running) StartDaemon();
    Service::Machine machine;
    machine.drop_in = In("conf.d/dualpath.conf");
    machine.main_config = In("multipath.conf");
    machine.wwids = In("wwids");
    machine.reservation_keys = In("prkeys");
    machine.daemon = Daemon({name_});
    machine.systemctl = [this](const std::string& verb) -> Status {
      steps_.push_back(verb);
      if (verb == "start") {
        StartDaemon();
      } else {
        fake_.reset();
      }
      return Ok{};
    };
    machine.signal = [this](const std::string& name) -> Status {
      signals_.push_back(name);
      return Ok{};
    };
    machine.is_active = [this] { return Result<bool>(fake_ != nullptr); };
    machine.installed_version = [this] { return Result<Version>(version_); };
    return Service(In("state"), machine);
  }

  void StartDaemon() {
    fake_ = std::make_unique<FakeDaemon>(name_, [this](const std::string& command) {
      if (command != "show daemon") {
        steps_.push_back(command);
        return Reply("ok\n");
      }
      if (states_.size() > 1) states_.erase(states_.begin());
      return Reply("pid 77 " + states_.front() + "\n");
    });
  }

  std::string In(const std::string& name) const { return directory_.path() + "/" + name; }
  void Put(const std::string& name, const std::string& content) const {
    ASSERT_OK(WriteFileAtomically(In(name), content));
  }
  std::string Content(const std::string& name) const { return *ReadFile(In(name)); }
  bool IsThere(const std::string& name) const { return fs::exists(In(name)); }
  bool IsActive() const { return fake_ != nullptr; }
  const std::vector<std::string>& steps() const { return steps_; }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string name_ = UniqueAbstractName();
  std::vector<std::string> steps_;
  std::vector<std::string> signals_;
  std::vector<std::string> states_{"idle"};  ///< replies to "show daemon"; the last is repeated
  Version version_{0, 11, 1};
  std::unique_ptr<FakeDaemon> fake_;
};

TEST_F(ServiceTest, RestoresTheConfigurationOfARunningMultipathd) {
  Put("multipath.conf", "defaults {}\n");
  const Service service = OnMachine(true);

  EXPECT_FALSE(service.IsChanged());
  ASSERT_OK(service.Apply({}));
  EXPECT_THAT(Content("conf.d/dualpath.conf"), HasSubstr("no_path_retry 10"));
  EXPECT_TRUE(service.IsChanged());

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("reconfigure", "reconfigure"));
  EXPECT_FALSE(IsThere("conf.d/dualpath.conf"));
  EXPECT_EQ(Content("multipath.conf"), "defaults {}\n");
  EXPECT_TRUE(IsActive());
  EXPECT_FALSE(service.IsChanged());
}

TEST_F(ServiceTest, StopsAMultipathdThatWasStoppedBefore) {
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}));
  EXPECT_TRUE(IsThere("multipath.conf")) << "OL7's unit requires it";

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("start", "stop"));
  EXPECT_FALSE(IsThere("multipath.conf"));
  EXPECT_FALSE(service.IsChanged());
}

TEST_F(ServiceTest, RestoresTheStateBeforeTheFirstApply) {
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}));
  ASSERT_OK(service.Apply({}));
  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("start", "reconfigure", "stop"));
}

TEST_F(ServiceTest, StartsAMultipathdThatWasStoppedAfterApply) {
  Put("multipath.conf", "");
  const Service service = OnMachine(true);
  ASSERT_OK(service.Apply({}));
  ASSERT_OK(service.Stop());

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("reconfigure", "stop", "start"));
  EXPECT_TRUE(IsActive());
}

TEST_F(ServiceTest, StartDoesNothingIfMultipathdRuns) {
  const Service service = OnMachine(true);
  ASSERT_OK(service.Start());
  EXPECT_THAT(steps(), ElementsAre());
  EXPECT_FALSE(service.IsChanged());
}

TEST_F(ServiceTest, KeepsACreatedMainConfigurationThatHasContent) {
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}));
  Put("multipath.conf", "defaults {}\n");

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_EQ(Content("multipath.conf"), "defaults {}\n");
}

TEST_F(ServiceTest, RemovesOneWwidAndKeepsTheModesOfTheFiles) {
  Put("wwids", std::string("# comment\n/") + kOtherWwid + "/\n/" + kWwid + "/\n");
  Put("prkeys", std::string("0x1 ") + kOtherWwid + "\n#0x2 " + kWwid + "\n");
  for (const char* name : {"wwids", "prkeys"}) ASSERT_EQ(::chmod(In(name).c_str(), 0600), 0);
  const Service service = OnMachine(true);

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_EQ(Content("wwids"), std::string("# comment\n/") + kOtherWwid + "/\n");
  EXPECT_EQ(Content("prkeys"), std::string("0x1 ") + kOtherWwid + "\n");
  for (const char* name : {"wwids", "prkeys"}) {
    EXPECT_EQ(fs::status(In(name)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
}

TEST_F(ServiceTest, ApplyWaitsUntilTheConfigurationIsRead) {
  states_ = {"",          "running (pending reconfigure)",
             "running",   "idle (pending reconfigure)",
             "configure", "idle"};
  const Service service = OnMachine(true);
  ASSERT_OK(service.Apply({}));
  EXPECT_THAT(states_, ElementsAre("idle"));
}

TEST_F(ServiceTest, StartAcceptsRunningFromAnOldVersion) {
  states_ = {"running"};
  version_ = Version{0, 4, 9};
  ASSERT_OK(OnMachine(true).Start());
}

TEST_F(ServiceTest, StartFailsIfANewVersionStaysRunning) {
  states_ = {"running"};
  const Service service = OnMachine(true);
  const ScopedTimeScale fast(0.001);
  EXPECT_THAT(service.Start(), FailsWith(HasSubstr("last seen: pid 77 running")));
}

TEST_F(ServiceTest, AHeldMultipathdIsContinuedByAStartAndARestore) {
  Service service = OnMachine(true);
  ASSERT_OK(service.Hold());
  EXPECT_EQ(signals_, std::vector<std::string>({"STOP"}));
  ASSERT_OK(service.Start());
  EXPECT_EQ(signals_, std::vector<std::string>({"STOP", "CONT"}));
  ASSERT_OK(service.Restore("wwid"));
  EXPECT_EQ(signals_, std::vector<std::string>({"STOP", "CONT", "CONT"}));
}

TEST_F(ServiceTest, AMultipathdThatDoesNotRunGetsNoSignal) {
  ASSERT_OK(OnMachine(false).Start());
  EXPECT_EQ(signals_, std::vector<std::string>());
}

}  // namespace
}  // namespace dualpath::multipath
