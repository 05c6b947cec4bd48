// A rig before any fault: every detail of the article's map.
//
// Labels: smoke

#include <gmock/gmock.h>

#include <algorithm>

#include "fixtures/rig_fixture.h"
#include "helpers/base/file.h"
#include "helpers/guest/wire/block_content.h"
#include "helpers/lio/wwid.h"
#include "helpers/scsi/direct_io.h"
#include "helpers/scsi/inquiry.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::Not;

using BringUp = RigTest;
using GuestBringUp = GuestTest;

TEST_F(BringUp, BothPathsAreLoopbackDisksOfTheSameSize) {
  for (const Path& path : rig().paths()) {
    SCOPED_TRACE(path.hctl().ToString());
    EXPECT_EQ(path.hctl().channel, 0U);
    EXPECT_EQ(path.hctl().target, 1U) << "tpgt_1 makes H:0:1:0";
    EXPECT_EQ(path.hctl().lun, 0U);
    ASSERT_OK_AND_ASSIGN(const std::string vendor, path.disk().Vendor());
    ASSERT_OK_AND_ASSIGN(const std::string model, path.disk().Model());
    ASSERT_OK_AND_ASSIGN(const std::uint64_t size, path.disk().SizeBytes());
    EXPECT_EQ(vendor, "LIO-ORG");
    EXPECT_EQ(model, "storage");
    EXPECT_EQ(size, rig().options().file_size);
  }
  EXPECT_NE(rig().path(0).hctl(), rig().path(1).hctl());
}

TEST_F(BringUp, BothPathsAndTheMapReadStorageRaw) {
  constexpr std::size_t kBytes = 4096;
  for (const std::uint64_t block :
       {std::uint64_t{0}, std::uint64_t{77}, rig().options().file_size / kBytes - 1}) {
    SCOPED_TRACE(block);
    std::string content(kBytes, '\0');
    guest::FillBlock(content.data(), content.size(), {1, block, block + 1});
    ASSERT_OK(WriteAt(storage().path, block * kBytes, content));
    for (const Path& path : rig().paths()) {
      ASSERT_OK_AND_ASSIGN(const std::string device, path.disk().DevicePath());
      ASSERT_OK_AND_ASSIGN(const std::string read,
                           scsi::ReadDirect(device, block * kBytes, kBytes));
      EXPECT_TRUE(read == content) << "through " << path.hctl();
    }
    ASSERT_OK_AND_ASSIGN(const std::string read,
                         scsi::ReadDirect(rig().MapDevice(), block * kBytes, kBytes));
    EXPECT_TRUE(read == content) << "through the map";
  }
}

TEST_F(BringUp, BothPathsHaveTheWwidDerivedFromTheSerialNumber) {
  ASSERT_OK_AND_ASSIGN(const std::string computed, lio::WwidFromSerial(rig().options().serial));
  for (const Path& path : rig().paths()) {
    SCOPED_TRACE(path.hctl().ToString());
    ASSERT_OK_AND_ASSIGN(const std::string device, path.disk().DevicePath());
    ASSERT_OK_AND_ASSIGN(const std::string naa,
                         scsi::ReadNaaDesignator(device, Deadline::In(seconds(10))));
    EXPECT_EQ(scsi::WwidFromNaa(naa), computed);
  }
  ASSERT_OK_AND_ASSIGN(const auto map, rig().Topology());
  EXPECT_EQ(map.wwid, computed);
}

// Catalogue: E12
TEST_F(BringUp, OneMapHasTheArticlesTopology) {
  ASSERT_OK_AND_ASSIGN(const auto all, rig().AllMaps());
  EXPECT_EQ(std::count_if(all.maps.begin(), all.maps.end(),
                          [&](const multipath::Map& map) { return map.wwid == rig().wwid(); }),
            1);
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ASSERT_OK_AND_ASSIGN(const auto map, rig().Topology());
  EXPECT_THAT(map.alias, ::testing::StartsWith("mpath")) << "user_friendly_names yes";
  EXPECT_EQ(map.vendor, "LIO-ORG");
  EXPECT_EQ(map.product, "storage");
  EXPECT_EQ(map.size, "1.0G");
  EXPECT_EQ(map.features, "1 queue_if_no_path");
  EXPECT_EQ(map.write_protection, "rw");
  EXPECT_THAT(map.groups, Each(AllOf(Field(&multipath::PathGroup::policy, "service-time 0"),
                                     Field(&multipath::PathGroup::priority, 1))));
}

TEST_F(BringUp, TheTableHasBothPathsAndQueuesIfNoPathIsLeft) {
  EXPECT_THAT(table(),
              Eventually(AllOf(HasGroups({{rig().path(0)}, {rig().path(1)}}), QueuesIfNoPath())));
  ASSERT_OK_AND_ASSIGN(const auto table, rig().Table());
  EXPECT_EQ(table.length_sectors, rig().options().file_size / 512);
}

TEST_F(BringUp, NoPathRetryIsTen) { EXPECT_THAT(queueing(), Eventually(std::string("10 chk"))); }

TEST_F(GuestBringUp, TheGuestsDiskIsTheLioDisk) {
  ASSERT_OK_AND_ASSIGN(const auto disk, guest().Disk());
  EXPECT_EQ(disk.vendor, "LIO-ORG");
  EXPECT_EQ(disk.model, "storage");
  EXPECT_EQ(disk.size_bytes, rig().options().file_size);

  // scsi-block passes INQUIRY through, so the guest gets the reply of the path's disk.
  ASSERT_OK_AND_ASSIGN(const auto inquiry, scsi::ParseStandardInquiry(disk.inquiry));
  EXPECT_EQ(inquiry.peripheral_type, 0U) << "a disk";
  ASSERT_OK_AND_ASSIGN(const std::string device, rig().path(0).disk().DevicePath());
  ASSERT_OK_AND_ASSIGN(const auto of_path,
                       scsi::ReadStandardInquiry(device, Deadline::In(seconds(10))));
  EXPECT_EQ(inquiry.vendor, of_path.vendor);
  EXPECT_EQ(inquiry.product, of_path.product);
  EXPECT_EQ(inquiry.revision, of_path.revision);
}

TEST_F(GuestBringUp, TheGuestsWritesAreInStorageRaw) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions(5));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
}

}  // namespace
}  // namespace dualpath
