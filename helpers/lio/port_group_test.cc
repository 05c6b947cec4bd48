#include "helpers/lio/port_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>

#include "helpers/lio/fake_lio.h"
#include "helpers/lio/loopback.h"

namespace dualpath::lio {
namespace {

using ::testing::HasSubstr;

class PortGroupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FileBackstore::Options options;
    options.file = lio_.Directory() + "/storage.raw";
    options.size_bytes = 1 << 20;
    options.serial = "1111";
    ASSERT_TRUE(CreateBackingFile(options.file, options.size_bytes).ok());
    backstore_ = FileBackstore::Create(options, lio_);
    ASSERT_TRUE(backstore_->ok()) << backstore_->error().ToString();
    LoopbackTarget::Options target;
    target.naa = "naa.5001405f01234ba3";
    target_ = LoopbackTarget::Create(target, **backstore_, {lio_, lio_.Sysfs()});
    ASSERT_TRUE(target_->ok()) << target_->error().ToString();
  }

  Result<PortGroup> Make() const {
    return PortGroup::CreateOrOpen(**backstore_, "path_0", 1, lio_);
  }

  FakeLio lio_;
  std::optional<Result<FileBackstore>> backstore_;
  std::optional<Result<LoopbackTarget>> target_;
};

TEST_F(PortGroupTest, LunIsInTheDefaultGroupUntilItJoinsAnother) {
  EXPECT_EQ(*(*target_)->PortGroupName(), "default_tg_pt_gp");
  ASSERT_TRUE(Make().ok());
  ASSERT_TRUE((*target_)->JoinPortGroup("path_0").ok());
  EXPECT_EQ(*(*target_)->PortGroupName(), "path_0");
  EXPECT_EQ(*PortGroup::Open(*(*target_)->LinkedBackstore(), "path_0", lio_).State(),
            scsi::AluaState::kActiveOptimized);
}

TEST_F(PortGroupTest, IdentifierIsSetOnce) {
  ASSERT_TRUE(Make().ok());
  const auto operations = lio_.log().size();
  ASSERT_TRUE(Make().ok());
  EXPECT_EQ(lio_.log().size(), operations + 1) << "only the mkdir that finds it";
  EXPECT_EQ(*lio_.Read("core/fileio_0/storage/alua/path_0/tg_pt_gp_id"), "1");
}

TEST_F(PortGroupTest, StateAndTypeAreReadBack) {
  const auto group = Make();
  EXPECT_EQ(*group->State(), scsi::AluaState::kActiveOptimized);
  ASSERT_TRUE(group->SetState(scsi::AluaState::kTransitioning).ok());
  EXPECT_EQ(*group->State(), scsi::AluaState::kTransitioning);
  EXPECT_EQ(*group->Type(), AccessType::kImplicitAndExplicit);
  ASSERT_TRUE(group->SetType(AccessType::kImplicit).ok());
  EXPECT_EQ(*group->Type(), AccessType::kImplicit);
}

TEST_F(PortGroupTest, BackstoreInUseKeepsItsGroupsAndIsRemovedWithThem) {
  const auto group = Make();
  EXPECT_EQ((*backstore_)->Remove().error().error_number(), EBUSY);
  EXPECT_TRUE(group->State().ok());
  ASSERT_TRUE((*target_)->Remove().ok());
  const Status removed = (*backstore_)->Remove();
  EXPECT_TRUE(removed.ok()) << removed.error().ToString();
  EXPECT_FALSE(lio_.Exists("core/fileio_0"));
}

TEST_F(PortGroupTest, UnmappedLunHasNoGroup) {
  ASSERT_TRUE((*target_)->Unlink().ok());
  const auto group = (*target_)->PortGroupName();
  ASSERT_FALSE(group.ok());
  EXPECT_THAT(group.error().ToString(), HasSubstr("naa.5001405f01234ba3"));
}

}  // namespace
}  // namespace dualpath::lio
