#include "helpers/host/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/fake_lio.h"
#include "helpers/lio/loopback.h"
#include "helpers/lio/wwid.h"

namespace dualpath::host {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kSize = 1 << 20;
const char* const kFirst = "naa.5001405f01234ba3";
const char* const kSecond = "naa.500230567123438b";
const char* const kTheirs = "naa.5001405000000001";

/// A rig of ours and one of somebody else's on a fake machine, with fake maps in its sysfs.
class SweepTest : public ::testing::Test {
 protected:
  void SetUp() override {
    MakeRig(State() + "/storage.raw", "1111", {kFirst, kSecond});
    MakeRig(lio_.Directory() + "/elsewhere/theirs.raw", "2222", {kTheirs});
    PutMap("dm-0", "mpatha", "mpath-" + *lio::WwidFromSerial("1111"));
    PutMap("dm-1", "mpathb", "mpath-" + *lio::WwidFromSerial("2222"));
    PutMap("dm-2", "root", "LVM-abc");
    ASSERT_TRUE(WriteFileAtomically(Config(), "overrides {}\n").ok());
    std::filesystem::create_directories(lio_.Sysfs() + "/block/sda");
  }

  std::string State() const { return lio_.Directory() + "/state"; }
  std::string Config() const { return lio_.Directory() + "/etc/dualpath.conf"; }

  void MakeRig(const std::string& file, const std::string& serial,
               const std::vector<std::string>& naa_names) {
    ASSERT_TRUE(lio::CreateBackingFile(file, kSize).ok());
    lio::FileBackstore::Options options;
    options.file = file;
    options.size_bytes = kSize;
    options.serial = serial;
    const auto backstore = lio::FileBackstore::Create(options, lio_);
    ASSERT_TRUE(backstore.ok()) << backstore.error().ToString();
    for (const std::string& naa : naa_names) {
      lio::LoopbackTarget::Options target;
      target.naa = naa;
      const auto made = lio::LoopbackTarget::Create(target, *backstore, {lio_, lio_.Sysfs()});
      ASSERT_TRUE(made.ok()) << made.error().ToString();
    }
  }

  void PutMap(const std::string& device, const std::string& name, const std::string& uuid) {
    const std::string directory = lio_.Sysfs() + "/block/" + device + "/dm";
    ASSERT_TRUE(WriteFileAtomically(directory + "/name", name + "\n").ok());
    ASSERT_TRUE(WriteFileAtomically(directory + "/uuid", uuid + "\n").ok());
  }

  Sweep MakeSweep() {
    Sweep::Machine machine{lio_,
                           lio_.Sysfs(),
                           State(),
                           Config(),
                           {State() + "/storage.raw", State() + "/rig.json"},
                           {},
                           {}};
    machine.stop_queueing = [this](const std::string& map) -> Status {
      steps_.push_back("stop queueing " + map);
      return Ok{};
    };
    machine.flush_map = [this](const std::string& map) -> Status {
      steps_.push_back("flush " + map);
      if (!flushable_) return Error::Because("run", "multipath -f " + map, "map in use");
      std::filesystem::remove_all(lio_.Sysfs() + "/block/dm-0");
      return Ok{};
    };
    return Sweep(machine);
  }

  lio::FakeLio lio_;
  bool flushable_ = true;
  std::vector<std::string> steps_;
};

TEST_F(SweepTest, FindsOursAndNothingElse) {
  const auto leftovers = MakeSweep().Find();
  ASSERT_TRUE(leftovers.ok()) << leftovers.error().ToString();
  EXPECT_FALSE(leftovers->empty());
  EXPECT_THAT(
      leftovers->ToString(),
      AllOf(HasSubstr("map mpatha: WWID 360014051111"),
            HasSubstr("backstore fileio_0/storage: " + State() + "/storage.raw, "),
            HasSubstr(std::string("target ") + kFirst), HasSubstr(std::string("target ") + kSecond),
            HasSubstr("file " + State() + "/storage.raw\n"), HasSubstr("file " + Config() + "\n")));
  EXPECT_THAT(leftovers->ToString(), AllOf(Not(HasSubstr("mpathb")), Not(HasSubstr("root")),
                                           Not(HasSubstr("theirs.raw")), Not(HasSubstr(kTheirs))));
}

TEST_F(SweepTest, FindingChangesNothing) {
  const auto before = lio_.log().size();
  ASSERT_TRUE(MakeSweep().Find().ok());
  EXPECT_EQ(lio_.log().size(), before);
  EXPECT_TRUE(steps_.empty());
}

TEST_F(SweepTest, RemovesFilesWhoseBackstoreIsGone) {
  ASSERT_TRUE(MakeSweep().Remove(*MakeSweep().Find()).ok());
  ASSERT_TRUE(lio::CreateBackingFile(State() + "/storage.raw", kSize).ok());
  ASSERT_TRUE(WriteFileAtomically(State() + "/rig.json", "{}").ok());
  ASSERT_TRUE(WriteFileAtomically(State() + "/theirs", "").ok());
  const auto leftovers = MakeSweep().Find();
  EXPECT_THAT(leftovers->files, ElementsAre(State() + "/storage.raw", State() + "/rig.json"));
  ASSERT_TRUE(MakeSweep().Remove(*leftovers).ok());
  EXPECT_TRUE(MakeSweep().Find()->empty());
  EXPECT_TRUE(std::filesystem::exists(State() + "/theirs"));
}

TEST_F(SweepTest, RemovesOursAndLeavesTheRest) {
  const Sweep sweep = MakeSweep();
  const auto leftovers = sweep.Find();
  const Status removed = sweep.Remove(*leftovers, {[this]() -> Status {
    steps_.push_back("end guests");
    return Ok{};
  }});
  ASSERT_TRUE(removed.ok()) << removed.error().ToString();
  EXPECT_THAT(steps_, ElementsAre("end guests", "stop queueing mpatha", "flush mpatha"));
  EXPECT_EQ(sweep.Find()->ToString(), "nothing is left over\n");
  EXPECT_FALSE(std::filesystem::exists(State() + "/storage.raw"));
  EXPECT_FALSE(std::filesystem::exists(Config()));

  const auto rest = lio::Inventory::Take(lio_);
  ASSERT_EQ(rest->targets.size(), 1U);
  EXPECT_EQ(rest->targets[0].naa, kTheirs);
  EXPECT_EQ(rest->backstores.size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(lio_.Directory() + "/elsewhere/theirs.raw"));
  EXPECT_TRUE(std::filesystem::exists(lio_.Sysfs() + "/block/dm-1"));
}

TEST_F(SweepTest, ScansDeletedPathsBackOnTheWay) {
  lio_.AnswerScans();
  lio_.DeleteDisk("3:0:1:0");
  lio_.DeleteDisk("4:0:1:0");
  const Sweep sweep = MakeSweep();
  const Status removed = sweep.Remove(*sweep.Find());
  ASSERT_TRUE(removed.ok()) << removed.error().ToString();
  EXPECT_TRUE(sweep.Find()->empty());
}

TEST_F(SweepTest, TakesTargetsThatACaseHadUnlinked) {
  const lio::LoopbackTarget::Roots roots{lio_, lio_.Sysfs()};
  ASSERT_TRUE(lio::LoopbackTarget::Open(kFirst, 1, roots)->Unlink().ok());
  ASSERT_TRUE(lio::LoopbackTarget::Open(kTheirs, 1, roots)->Unlink().ok());
  ASSERT_TRUE(lio_.Write(std::string("loopback/") + kTheirs + "/tpgt_1/nexus", "NULL").ok());
  const Sweep sweep = MakeSweep();
  const Status removed = sweep.Remove(*sweep.Find());
  ASSERT_TRUE(removed.ok()) << removed.error().ToString();
  const auto rest = lio::Inventory::Take(lio_);
  ASSERT_EQ(rest->targets.size(), 1U) << *rest;
  EXPECT_EQ(rest->targets[0].naa, kTheirs);
}

TEST_F(SweepTest, KeepsThePathsOfAMapThatCannotBeFlushed) {
  flushable_ = false;
  const Sweep sweep = MakeSweep();
  const double scale = TimeScale();
  SetTimeScale(0.001);
  const Status removed = sweep.Remove(*sweep.Find(), {[]() -> Status {
    return Error::Because("destroy domain", "guest", "it is stuck");
  }});
  SetTimeScale(scale);
  ASSERT_FALSE(removed.ok());
  EXPECT_THAT(removed.error().ToString(),
              AllOf(HasSubstr("sweep: this machine: destroy domain: guest: it is stuck"),
                    HasSubstr("run: multipath -f mpatha: map in use")));
  EXPECT_EQ(lio::Inventory::Take(lio_)->targets.size(), 3U);
  EXPECT_TRUE(std::filesystem::exists(State() + "/storage.raw"));
}

TEST_F(SweepTest, IsNotFooledByPathsThatOnlyBeginAlike) {
  MakeRig(State() + "-of-another/storage.raw", "3333", {});
  MakeRig(State() + "/../beside/storage.raw", "4444", {});
  EXPECT_EQ(MakeSweep().Find()->lio.backstores.size(), 1U);
}

TEST(CleanMachine, HasNothingLeftOver) {
  lio::FakeLio lio;
  const Sweep sweep(Sweep::Machine{lio, lio.Sysfs(), "/nowhere", "/nowhere.conf", {}, {}, {}});
  const auto leftovers = sweep.Find();
  ASSERT_TRUE(leftovers.ok()) << leftovers.error().ToString();
  EXPECT_TRUE(leftovers->empty());
  EXPECT_TRUE(sweep.Remove(*leftovers).ok());
}

}  // namespace
}  // namespace dualpath::host
