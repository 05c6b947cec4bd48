#include "helpers/lio/iscsi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/base/file.h"
#include "helpers/lio/fake_lio.h"
#include "helpers/lio/inventory.h"

namespace dualpath::lio {
namespace {

using ::testing::HasSubstr;

const std::string kIqn = "iqn.2003-01.org.linux-iscsi.dualpath:a";
const std::string kGroup = "iscsi/" + kIqn + "/tpgt_1";

class IscsiTargetTest : public ::testing::Test {
 protected:
  FileBackstore MakeBackstore(const std::string& name) {
    FileBackstore::Options options;
    options.file = lio_.Directory() + "/" + name + ".raw";
    options.size_bytes = 1 << 20;
    options.serial = "d347b7c8-b804-1e9b-c817-234e00112233";
    options.name = name;
    EXPECT_TRUE(CreateBackingFile(options.file, options.size_bytes).ok());
    return *FileBackstore::Create(options, lio_);
  }
  Result<IscsiTarget> Make() {
    return IscsiTarget::Create({kIqn, "127.0.0.1:3260"}, backstore_, lio_);
  }

  FakeLio lio_;
  FileBackstore backstore_ = MakeBackstore("storage");
};

TEST_F(IscsiTargetTest, IsOpenToEveryInitiatorAndEnabled) {
  ASSERT_TRUE(Make().ok());
  EXPECT_EQ(*lio_.Read(kGroup + "/enable"), "1");
  EXPECT_EQ(*lio_.Read(kGroup + "/attrib/authentication"), "0");
  EXPECT_EQ(*lio_.Read(kGroup + "/attrib/generate_node_acls"), "1");
  EXPECT_EQ(*lio_.Read(kGroup + "/attrib/demo_mode_write_protect"), "0");
  EXPECT_TRUE(lio_.Exists(kGroup + "/np/127.0.0.1:3260"));
  EXPECT_EQ(*IscsiTarget::Open(kIqn, lio_)->LinkedBackstore(), "fileio_0/storage");
}

TEST_F(IscsiTargetTest, IsNotCreatedTwice) {
  ASSERT_TRUE(Make().ok());
  EXPECT_EQ(Make().error().error_number(), EEXIST);
}

TEST_F(IscsiTargetTest, AnUnfinishedOneIsRemoved) {
  lio_.FailOnce("write " + kGroup + "/enable", EINVAL);
  EXPECT_FALSE(Make().ok());
  EXPECT_FALSE(lio_.Exists("iscsi/" + kIqn));
}

TEST_F(IscsiTargetTest, AnotherBackstoreTakesTheLun) {
  const auto target = Make();
  const FileBackstore other = MakeBackstore("other");
  ASSERT_TRUE(target->Unlink().ok());
  EXPECT_EQ(*target->LinkedBackstore(), "");
  ASSERT_TRUE(target->Link(other).ok());
  EXPECT_EQ(*target->LinkedBackstore(), other.object());
}

TEST_F(IscsiTargetTest, IsEnabledAndDisabledOnce) {
  const auto target = Make();
  ASSERT_TRUE(target->SetEnabled(false).ok());
  const std::size_t before = lio_.log().size();
  ASSERT_TRUE(target->SetEnabled(false).ok());
  EXPECT_EQ(lio_.log().size(), before) << "some kernels reject what is so already";
  ASSERT_TRUE(target->SetEnabled(true).ok());
  EXPECT_EQ(*lio_.Read(kGroup + "/enable"), "1");
}

TEST_F(IscsiTargetTest, IsInTheInventoryUntilItIsRemoved) {
  const auto target = Make();
  EXPECT_THAT(Inventory::Take(lio_)->ToString(),
              HasSubstr("target " + kIqn + " tpgt 1: iSCSI, LUN 1 -> fileio_0/storage\n"));
  ASSERT_TRUE(target->Remove().ok());
  EXPECT_TRUE(Inventory::Take(lio_)->targets.empty());
  EXPECT_FALSE(IscsiTarget::Open(kIqn, lio_).ok());
  EXPECT_TRUE(backstore_.Remove().ok());
}

}  // namespace
}  // namespace dualpath::lio
