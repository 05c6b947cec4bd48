#include "helpers/multipath/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/replace_file.h"
#include "helpers/base/scoped_time_scale.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"
#include "helpers/multipath/fake_daemon.h"

namespace dualpath::multipath {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

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
    machine.drop_in = In("multipath/conf.d/dualpath.conf");
    machine.main_config = In("multipath.conf");
    machine.wwids = In("multipath/wwids");
    machine.bindings = In("multipath/bindings");
    machine.reservation_keys = In("multipath/prkeys");
    machine.has_only_ours = has_only_ours_;
    machine.daemon = Daemon({name_});
    machine.systemctl = [this](const std::string& verb) -> Status {
      steps_.push_back(verb);
      if (verb == "start") {
        StartDaemon();
        maps_.insert(maps_.end(), created_on_start_.begin(), created_on_start_.end());
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
    machine.maps = [this] { return Result<std::vector<dm::MultipathMap>>(maps_); };
    machine.remove_map = [this](const std::string& map) -> Status {
      steps_.push_back("dmsetup remove " + map);
      if (map == in_use_) return Error::Because("remove map", map, "in use");
      RemoveMap(map);
      return Ok{};
    };
    machine.installed_version = [this] { return Result<Version>(version_); };
    return Service(In("state"), machine);
  }

  void StartDaemon() {
    fake_ = std::make_unique<FakeDaemon>(name_, [this](const std::string& command) {
      if (command != "show daemon") {
        steps_.push_back(command);
        const std::string map = command.substr(command.rfind(' ') + 1);
        if (command == "del map " + map && map != in_use_) RemoveMap(map);
        return Reply("ok\n");
      }
      if (states_.size() > 1) states_.erase(states_.begin());
      return Reply("pid 77 " + states_.front() + "\n");
    });
  }

  void RemoveMap(const std::string& name) {
    maps_.erase(std::remove_if(maps_.begin(), maps_.end(),
                               [&](const dm::MultipathMap& map) { return map.name == name; }),
                maps_.end());
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
  std::vector<dm::MultipathMap> maps_;
  std::vector<dm::MultipathMap> created_on_start_;
  std::string in_use_;
  bool has_only_ours_ = false;
  std::unique_ptr<FakeDaemon> fake_;
};

TEST_F(ServiceTest, RestoresTheConfigurationOfARunningMultipathd) {
  Put("multipath.conf", "defaults {}\n");
  const Service service = OnMachine(true);

  EXPECT_FALSE(service.IsChanged());
  ASSERT_OK(service.Apply({}, kWwid));
  EXPECT_THAT(Content("multipath/conf.d/dualpath.conf"), HasSubstr("no_path_retry 10"));
  EXPECT_TRUE(service.IsChanged());

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("reconfigure", "reconfigure"));
  EXPECT_FALSE(IsThere("multipath/conf.d/dualpath.conf"));
  EXPECT_EQ(Content("multipath.conf"), "defaults {}\n");
  EXPECT_TRUE(IsActive());
  EXPECT_FALSE(service.IsChanged());
}

TEST_F(ServiceTest, StopsAMultipathdThatWasStoppedBefore) {
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}, kWwid));
  EXPECT_TRUE(IsThere("multipath.conf")) << "OL7's unit requires it";

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("start", "stop"));
  EXPECT_FALSE(IsThere("multipath.conf"));
  EXPECT_FALSE(service.IsChanged());
}

TEST_F(ServiceTest, RestoresTheStateBeforeTheFirstApply) {
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}, kWwid));
  ASSERT_OK(service.Apply({}, kWwid));
  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("start", "reconfigure", "stop"));
}

TEST_F(ServiceTest, StartsAMultipathdThatWasStoppedAfterApply) {
  Put("multipath.conf", "");
  const Service service = OnMachine(true);
  ASSERT_OK(service.Apply({}, kWwid));
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
  ASSERT_OK(service.Apply({}, kWwid));
  Put("multipath.conf", "defaults {}\n");

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_EQ(Content("multipath.conf"), "defaults {}\n");
}

TEST_F(ServiceTest, RemovesOneWwidAndKeepsTheModesOfTheFiles) {
  const std::string wwids = std::string("# comment\n/") + kOtherWwid + "/\n";
  const std::string bindings = std::string("# comment\nmpathb ") + kOtherWwid + "\n";
  const std::string keys = std::string("0x1 ") + kOtherWwid + "\n";
  Put("multipath/wwids", wwids);
  Put("multipath/bindings", bindings);
  Put("multipath/prkeys", keys);
  const auto files = {"multipath/wwids", "multipath/bindings", "multipath/prkeys"};
  for (const char* name : files) ASSERT_EQ(::chmod(In(name).c_str(), 0600), 0);
  const Service service = OnMachine(true);
  ASSERT_OK(service.Apply({}, kWwid));
  for (const char* name : files) {
    const std::string line = name == std::string("multipath/wwids")
                                 ? std::string("/") + kWwid + "/\n"
                                 : std::string("mpatha ") + kWwid + "\n";
    ASSERT_OK(EditFile(In(name), [&](const std::string& content) { return content + line; }));
  }

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_EQ(Content("multipath/wwids"), wwids);
  EXPECT_EQ(Content("multipath/bindings"), bindings);
  EXPECT_EQ(Content("multipath/prkeys"), keys);
  for (const char* name : files) {
    EXPECT_EQ(fs::status(In(name)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
}

TEST_F(ServiceTest, RemovesFilesAndDirectoriesThatDidNotExist) {
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}, kWwid));
  Put("multipath/wwids", std::string("# Multipath wwids\n/") + kWwid + "/\n");
  Put("multipath/bindings", std::string("# Multipath bindings\nmpatha ") + kWwid + "\n");
  ASSERT_OK(service.Restore(kWwid));
  EXPECT_FALSE(IsThere("multipath"));
  EXPECT_FALSE(IsThere("multipath.conf"));
}

/// OL7's multipathd would otherwise make a map of every disk that nobody uses.
TEST_F(ServiceTest, BlacklistsOtherDisksIfThereWasNoConfiguration) {
  for (const bool running : {false, true}) {
    maps_ = {{"mpathb", kOtherWwid}, {"mpatha", kWwid}};
    const Service service = OnMachine(running);
    ASSERT_OK(service.Apply({}, kWwid));
    EXPECT_THAT(Content("multipath/conf.d/dualpath.conf"),
                EndsWith(std::string("blacklist {\n\twwid \".*\"\n}\nblacklist_exceptions {\n"
                                     "\twwid \"^") +
                         kOtherWwid + "$\"\n\twwid \"^" + kWwid + "$\"\n}\n"));
    ASSERT_OK(service.Restore(kWwid));
  }
}

TEST_F(ServiceTest, BlacklistsOtherDisksIfMultipathdWasStopped) {
  Put("multipath.conf", "defaults {}\n");
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}, kWwid));
  EXPECT_THAT(Content("multipath/conf.d/dualpath.conf"), HasSubstr("\twwid \".*\"\n"));
  // Still so when the daemon runs, since we have started it.
  ASSERT_OK(service.Apply({}, kWwid));
  EXPECT_THAT(Content("multipath/conf.d/dualpath.conf"), HasSubstr("\twwid \".*\"\n"));
}

TEST_F(ServiceTest, BlacklistsNothingOfARunningMultipathd) {
  Put("multipath.conf", "defaults {}\n");
  ASSERT_OK(OnMachine(true).Apply({}, kWwid));
  EXPECT_THAT(Content("multipath/conf.d/dualpath.conf"), Not(HasSubstr("blacklist")));
}

TEST_F(ServiceTest, BlacklistsNothingInTheLab) {
  has_only_ours_ = true;
  ASSERT_OK(OnMachine(false).Apply({}, kWwid));
  EXPECT_THAT(Content("multipath/conf.d/dualpath.conf"), Not(HasSubstr("blacklist")));
}

TEST_F(ServiceTest, RemovesMapsThatExistOnlySinceItStartedMultipathd) {
  Put("multipath.conf", "blacklist_exceptions {}\n");
  Put("multipath/wwids", "/3A/\n");
  maps_ = {{"theirs", "3A"}};
  created_on_start_ = {{"mpathc", "3C"}, {"mounted", "3D"}};
  in_use_ = "mounted";
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}, kWwid));
  Put("multipath/wwids", "/3A/\n/3C/\n/3D/\n");

  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("start", "del map mpathc", "del map mounted",
                                   "dmsetup remove mounted", "stop"));
  EXPECT_EQ(Content("multipath/wwids"), "/3A/\n/3D/\n");
}

TEST_F(ServiceTest, KeepsMapsOfAHostWhoseMultipathdWasRunning) {
  Put("multipath.conf", "");
  const Service service = OnMachine(true);
  ASSERT_OK(service.Apply({}, kWwid));
  maps_ = {{"theirs", "3A"}};
  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("reconfigure", "reconfigure"));
}

TEST_F(ServiceTest, KeepsMapsAfterAReboot) {
  const Service service = OnMachine(false);
  ASSERT_OK(service.Apply({}, kWwid));
  ASSERT_OK_AND_ASSIGN(auto state, OriginalState::Read(In("state/multipathd.json")));
  state->boot_id = "another";
  ASSERT_OK(state->Write(In("state/multipathd.json")));
  maps_ = {{"theirs", "3A"}};
  ASSERT_OK(service.Restore(kWwid));
  EXPECT_THAT(steps(), ElementsAre("start", "stop"));
}

TEST_F(ServiceTest, RestoresNothingWithoutAChange) {
  maps_ = {{"theirs", "3A"}};
  for (const bool running : {true, false}) {
    ASSERT_OK(OnMachine(running).Restore(kWwid));
    EXPECT_THAT(steps(), ElementsAre());
  }
}

TEST_F(ServiceTest, RestoresAfterAKillBetweenAnyTwoFiles) {
  // A kill while the drop-in was written, before anything else.
  Put("multipath.conf", "defaults {}\n");
  const Service service = OnMachine(true);
  ASSERT_OK(service.Apply({}, kWwid));
  fs::rename(In("multipath/conf.d/dualpath.conf"),
             ReplacementOf(In("multipath/conf.d/dualpath.conf")));
  ASSERT_OK(service.Restore(kWwid));
  EXPECT_FALSE(IsThere("multipath"));

  // A kill after the record was removed would have been one after everything else was restored;
  // a lost record leaves the drop-in to remove.
  Put("multipath/conf.d/dualpath.conf", "");
  EXPECT_TRUE(service.IsChanged());
  ASSERT_OK(service.Restore(kWwid));
  EXPECT_FALSE(IsThere("multipath/conf.d/dualpath.conf"));
  EXPECT_EQ(Content("multipath.conf"), "defaults {}\n");
}

TEST_F(ServiceTest, ApplyWaitsUntilTheConfigurationIsRead) {
  states_ = {"",          "running (pending reconfigure)",
             "running",   "idle (pending reconfigure)",
             "configure", "idle"};
  const Service service = OnMachine(true);
  ASSERT_OK(service.Apply({}, kWwid));
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
  ASSERT_OK(service.Apply({}, "wwid"));
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
