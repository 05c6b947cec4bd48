#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/fake_lio.h"
#include "helpers/lio/inventory.h"
#include "helpers/lio/loopback.h"
#include "helpers/lio/naa.h"
#include "helpers/lio/wwid.h"

namespace dualpath::lio {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t kSize = 1 << 20;
const char* const kSerial = "d347b7c8-b804-1e9b-c817-234e00112233";
const char* const kFirst = "naa.5001405f01234ba3";
const char* const kSecond = "naa.500230567123438b";

TEST(Naa, IsPrefixAndSixteenDigits) {
  EXPECT_TRUE(ValidateNaa(kFirst).ok());
  for (const char* name :
       {"", "naa.", "naa.5001405f01234ba", "naa.5001405f01234ba33", "naa.5001405F01234BA3",
        "iqn.5001405f01234ba3", "naa.5001405f01234bag", "naa.5001405f01234b/3"}) {
    const Status status = ValidateNaa(name);
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_THAT(status.error().ToString(),
                HasSubstr("validate target name: \"" + std::string(name) + "\": must be"));
  }
}

TEST(Wwid, MatchesTheArticle) {
  EXPECT_EQ(*WwidFromSerial("2d347b7c-8b80-41e9-bc81-7234e0bbccdd"),
            "360014052d347b7c8b8041e9bc817234e");
}

TEST(Wwid, IsLowerCaseHexDigitsPaddedWithZeros) {
  EXPECT_EQ(*WwidFromSerial("ABCD"), "36001405abcd000000000000000000000");
  EXPECT_EQ(*WwidFromSerial("xy12-z3 \n"),
            "3600140512300000000000000000000"
            "00");
  EXPECT_EQ(WwidFromSerial(std::string(40, 'f'))->size(), 33U);
}

TEST(Wwid, NeedsAHexadecimalDigit) {
  EXPECT_EQ(WwidFromSerial("xyz").error().ToString(),
            "compute WWID: serial \"xyz\": must contain a hexadecimal digit");
  EXPECT_FALSE(WwidFromSerial("").ok());
}

TEST(FileioInfo, IsParsedFromOldAndNewKernels) {
  const std::string head = "Status: ACTIVATED  Max Queue Depth: 0\n        TCM FILEIO ID: 0";
  const auto new_style = FileioInfo::Parse(
      head + "        File: /var/a  Size: 1 b.raw  Size: 1048576  Mode: Buffered-WCE Async: 0\n");
  ASSERT_TRUE(new_style.ok()) << new_style.error().ToString();
  EXPECT_EQ(new_style->file, "/var/a  Size: 1 b.raw");
  EXPECT_EQ(new_style->size_bytes, 1048576U);
  EXPECT_TRUE(new_style->write_back);
  const auto old_style = FileioInfo::Parse(head + "        File: /x  Size: 512  Mode: O_DSYNC\n");
  EXPECT_EQ(old_style->size_bytes, 512U);
  EXPECT_FALSE(old_style->write_back);
}

TEST(FileioInfo, NeedsTheNameOfTheFile) {
  EXPECT_FALSE(FileioInfo::Parse("File:   Size: 1  Mode: O_DSYNC").ok());
  EXPECT_FALSE(FileioInfo::Parse("File:  Size: 1  Mode: O_DSYNC").ok());
}

TEST(FileioInfo, NamesTheMissingField) {
  EXPECT_THAT(FileioInfo::Parse("").error().ToString(), HasSubstr("no file"));
  EXPECT_THAT(FileioInfo::Parse("File: /x  Mode: O_DSYNC").error().ToString(),
              HasSubstr("no size"));
  EXPECT_THAT(FileioInfo::Parse("File: /x  Size: 5").error().ToString(), HasSubstr("no mode"));
  EXPECT_THAT(FileioInfo::Parse("File: /x  Size: 5k  Mode: O_DSYNC").error().ToString(),
              HasSubstr("no size"));
}

class LioTest : public ::testing::Test {
 protected:
  LioTest() {
    options_.file = lio_.Directory() + "/files/storage.raw";
    options_.size_bytes = kSize;
    options_.serial = kSerial;
  }
  void SetUp() override { ASSERT_TRUE(CreateBackingFile(options_.file, kSize).ok()); }

  LoopbackTarget::Roots Roots() const { return {lio_, lio_.Sysfs()}; }
  Result<FileBackstore> MakeBackstore() const { return FileBackstore::Create(options_, lio_); }
  Result<LoopbackTarget> MakeTarget(const std::string& naa, const FileBackstore& backstore) const {
    LoopbackTarget::Options options;
    options.naa = naa;
    return LoopbackTarget::Create(options, backstore, Roots());
  }
  bool DiskExists(const std::string& hctl) const {
    return std::filesystem::exists(lio_.Sysfs() + "/bus/scsi/devices/" + hctl);
  }

  FakeLio lio_;
  FileBackstore::Options options_;
};

TEST_F(LioTest, BackingFileIsSparseAndNeverOverwritten) {
  const std::string path = lio_.Directory() + "/new/directory/file.raw";
  ASSERT_TRUE(CreateBackingFile(path, 1 << 30).ok());
  struct stat file {};
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_size, 1 << 30);
  EXPECT_EQ(file.st_blocks, 0);
  EXPECT_EQ(CreateBackingFile(path, 512).error().error_number(), EEXIST);
  EXPECT_EQ(std::filesystem::file_size(path), 1U << 30);
  EXPECT_THAT(CreateBackingFile(path, 1000).error().ToString(),
              HasSubstr("1000 bytes are not a positive multiple of 512"));
}

TEST_F(LioTest, BackstoreIsConfiguredInTheKernelsOrder) {
  const auto backstore = MakeBackstore();
  ASSERT_TRUE(backstore.ok()) << backstore.error().ToString();
  const std::string path = "core/fileio_0/storage";
  EXPECT_THAT(lio_.log(), ElementsAre("mkdir core/fileio_0", "mkdir " + path,
                                      "write " + path + "/control=fd_dev_name=" + options_.file +
                                          ",fd_dev_size=1048576",
                                      "write " + path + "/control=fd_buffered_io=1",
                                      "write " + path + "/udev_path=" + options_.file,
                                      "write " + path + "/enable=1",
                                      "write " + path + "/attrib/emulate_model_alias=1",
                                      "write " + path + "/wwn/vpd_unit_serial=" + kSerial));
  EXPECT_EQ(backstore->object(), "fileio_0/storage");
  EXPECT_EQ(backstore->Name(), "storage");
  EXPECT_EQ(*backstore->Serial(), kSerial);
  EXPECT_EQ(backstore->Info()->file, options_.file);
  EXPECT_EQ(backstore->Info()->size_bytes, kSize);
  EXPECT_TRUE(backstore->Info()->write_back);
}

TEST_F(LioTest, BackstoreCanHideItsWriteCache) {
  const auto backstore = MakeBackstore();
  ASSERT_TRUE(backstore.ok()) << backstore.error().ToString();
  ASSERT_TRUE(backstore->TellOfWriteCache(false).ok());
  EXPECT_EQ(lio_.log().back(), "write core/fileio_0/storage/attrib/emulate_write_cache=0");
}

TEST_F(LioTest, BackstoreCanBeWriteThroughAndPlainFileio) {
  options_.buffered = false;
  options_.emulate_model_alias = false;
  const auto backstore = MakeBackstore();
  ASSERT_TRUE(backstore.ok()) << backstore.error().ToString();
  EXPECT_FALSE(backstore->Info()->write_back);
  EXPECT_EQ(Inventory::Take(lio_)->backstores.at(0).product, "FILEIO");
}

TEST_F(LioTest, BackstoreUsesTheFirstFreeHba) {
  ASSERT_TRUE(lio_.MakeDirectory("core/fileio_0").ok());
  EXPECT_EQ(MakeBackstore()->object(), "fileio_1/storage");
}

TEST_F(LioTest, BackstoreRejectsInvalidOptions) {
  struct Case {
    const char* expected;
    std::function<void(FileBackstore::Options&)> change;
  };
  const std::vector<Case> cases = {
      {"is not a valid directory name", [](auto& o) { o.name = "a/b"; }},
      {"is not a valid directory name", [](auto& o) { o.name = ""; }},
      {"1000 bytes are not a positive multiple of 512", [](auto& o) { o.size_bytes = 1000; }},
      {"0 bytes are not a positive multiple of 512", [](auto& o) { o.size_bytes = 0; }},
      {"absolute path", [](auto& o) { o.file = "storage.raw"; }},
      {"without comma", [](auto& o) { o.file = "/tmp/a,b"; }},
      {"No such file or directory", [](auto& o) { o.file += ".missing"; }},
      {"is not a regular file", [](auto& o) { o.file = "/tmp"; }},
      {"has 1048576 bytes, less than 2097152", [](auto& o) { o.size_bytes = 2 * kSize; }},
      {"must contain a hexadecimal digit", [](auto& o) { o.serial = ""; }},
      {"longer than 253 characters", [](auto& o) { o.serial = std::string(254, 'a'); }},
  };
  for (const Case& invalid : cases) {
    FileBackstore::Options options = options_;
    invalid.change(options);
    const auto backstore = FileBackstore::Create(options, lio_);
    ASSERT_FALSE(backstore.ok()) << invalid.expected;
    EXPECT_THAT(backstore.error().ToString(),
                AllOf(HasSubstr("create backstore"), HasSubstr(invalid.expected)));
  }
  EXPECT_THAT(lio_.log(), IsEmpty()) << "rejected before anything is created";
}

TEST_F(LioTest, FailedCreateRemovesTheBackstore) {
  lio_.FailOnce("write core/fileio_0/storage/wwn/vpd_unit_serial", EOVERFLOW);
  const auto backstore = MakeBackstore();
  ASSERT_FALSE(backstore.ok());
  EXPECT_EQ(backstore.error().error_number(), EOVERFLOW);
  EXPECT_THAT(backstore.error().ToString(), HasSubstr("create backstore fileio_0/storage: fake"));
  EXPECT_FALSE(lio_.Exists("core/fileio_0"));
}

TEST_F(LioTest, BackstoreIsRemovedWithItsHbaUnlessShared) {
  const auto backstore = MakeBackstore();
  ASSERT_TRUE(lio_.MakeDirectory("core/fileio_0/other").ok());
  ASSERT_TRUE(backstore->Remove().ok());
  EXPECT_TRUE(lio_.Exists("core/fileio_0/other"));
  ASSERT_TRUE(FileBackstore::Open("fileio_0/other", lio_)->Remove().ok());
  EXPECT_FALSE(lio_.Exists("core/fileio_0"));
  EXPECT_EQ(FileBackstore::Open("fileio_0/storage", lio_).error().error_number(), ENOENT);
}

TEST_F(LioTest, TwoTargetsAreTwoPathsToOneBackstore) {
  const auto backstore = MakeBackstore();
  const auto first = MakeTarget(kFirst, *backstore);
  const auto second = MakeTarget(kSecond, *backstore);
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  ASSERT_TRUE(second.ok()) << second.error().ToString();
  EXPECT_EQ(*first->HostNumber(), 3U);
  EXPECT_EQ(first->Hctl()->ToString(), "3:0:1:0");
  EXPECT_EQ(second->Hctl()->ToString(), "4:0:1:0");
  EXPECT_EQ(*first->LinkedBackstore(), "fileio_0/storage");
  EXPECT_EQ(*first->Nexus(), "naa.5001405f01234bac");
  EXPECT_TRUE(DiskExists("3:0:1:0"));
  EXPECT_TRUE(DiskExists("4:0:1:0"));
}

TEST_F(LioTest, CreateFailsIfTheTargetExists) {
  const auto backstore = MakeBackstore();
  ASSERT_TRUE(MakeTarget(kFirst, *backstore).ok());
  const auto again = MakeTarget(kFirst, *backstore);
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().ToString(),
              HasSubstr("create target: naa.5001405f01234ba3: a target with this name exists"));
  EXPECT_TRUE(DiskExists("3:0:1:0")) << "the existing target is left alone";

  const auto opened = LoopbackTarget::Open(kFirst, 1, Roots());
  ASSERT_TRUE(opened.ok()) << opened.error().ToString();
  EXPECT_EQ(opened->Hctl()->ToString(), "3:0:1:0");
  EXPECT_EQ(LoopbackTarget::Open(kSecond, 1, Roots()).error().error_number(), ENOENT);
}

TEST_F(LioTest, TargetRejectsInvalidOptions) {
  const auto backstore = MakeBackstore();
  LoopbackTarget::Options options;
  options.naa = "naa.1";
  EXPECT_THAT(LoopbackTarget::Create(options, *backstore, Roots()).error().ToString(),
              HasSubstr("validate target name: \"naa.1\""));
  options.naa = kFirst;
  options.nexus = "NULL";
  EXPECT_THAT(LoopbackTarget::Create(options, *backstore, Roots()).error().ToString(),
              HasSubstr("validate target name: \"NULL\""));
  options.nexus = "";
  options.tpgt = 32;
  EXPECT_THAT(LoopbackTarget::Create(options, *backstore, Roots()).error().ToString(),
              HasSubstr("tpgt 32 is greater than 31"));
  EXPECT_FALSE(lio_.Exists("loopback"));
}

TEST_F(LioTest, FailedCreateRemovesTheTarget) {
  const auto backstore = MakeBackstore();
  const std::string group = std::string("loopback/") + kFirst + "/tpgt_1";
  lio_.FailOnce("link " + group, EPERM);
  const auto target = MakeTarget(kFirst, *backstore);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().error_number(), EPERM);
  EXPECT_FALSE(lio_.Exists(std::string("loopback/") + kFirst));
}

TEST_F(LioTest, TransportStatusIsSetOfflineAndOnline) {
  const auto target = MakeTarget(kFirst, *MakeBackstore());
  const std::string attribute = std::string("loopback/") + kFirst + "/tpgt_1/transport_status";
  ASSERT_TRUE(target->SetTransportStatus(TransportStatus::kOffline).ok());
  EXPECT_EQ(*lio_.Read(attribute), "offline");
  ASSERT_TRUE(target->SetTransportStatus(TransportStatus::kOnline).ok());
  EXPECT_EQ(*lio_.Read(attribute), "online");
}

TEST_F(LioTest, TargetUnlinksAndLinksAgain) {
  const auto backstore = MakeBackstore();
  const auto target = MakeTarget(kFirst, *backstore);
  ASSERT_TRUE(target->Unlink().ok());
  EXPECT_FALSE(DiskExists("3:0:1:0"));
  EXPECT_EQ(*target->LinkedBackstore(), "");
  EXPECT_TRUE(target->Unlink().ok()) << "nothing is linked";
  ASSERT_TRUE(target->Link(*backstore).ok());
  EXPECT_TRUE(DiskExists("3:0:1:0"));
}

TEST_F(LioTest, BackstoreInUseIsNotRemoved) {
  const auto backstore = MakeBackstore();
  const auto target = MakeTarget(kFirst, *backstore);
  EXPECT_EQ(backstore->Remove().error().error_number(), EBUSY);
  ASSERT_TRUE(target->Remove().ok());
  EXPECT_TRUE(backstore->Remove().ok());
  EXPECT_EQ(Inventory::Take(lio_)->ToString(), "no fileio backstore, no loopback target\n");
}

TEST_F(LioTest, DeletedDiskIsRescannedBeforeTheTargetIsRemoved) {
  lio_.AnswerScans();
  const auto target = MakeTarget(kFirst, *MakeBackstore());
  ASSERT_TRUE(target->SetTransportStatus(TransportStatus::kOffline).ok());
  lio_.DeleteDisk("3:0:1:0");
  const Status removed = target->Remove();
  ASSERT_TRUE(removed.ok()) << removed.error().ToString();
  EXPECT_FALSE(lio_.Exists(std::string("loopback/") + kFirst));
}

TEST_F(LioTest, LunStaysLinkedIfTheRescanDoesNotFindItsDisk) {
  const auto target = MakeTarget(kFirst, *MakeBackstore());
  lio_.DeleteDisk("3:0:1:0");
  const Status removed = target->Remove(Deadline::InUnscaled(milliseconds(1)));
  ASSERT_FALSE(removed.ok());
  EXPECT_THAT(removed.error().ToString(), HasSubstr("3:0:1:0: deadline expired; last seen: a "
                                                    "rescan did not find it"));
  EXPECT_EQ(*target->LinkedBackstore(), "fileio_0/storage");
}

TEST_F(LioTest, InventoryListsBackstoresAndTargets) {
  const auto backstore = MakeBackstore();
  ASSERT_TRUE(MakeTarget(kFirst, *backstore).ok());
  const auto second = MakeTarget(kSecond, *backstore);
  ASSERT_TRUE(second->Unlink().ok());
  const auto inventory = Inventory::Take(lio_);
  ASSERT_TRUE(inventory.ok()) << inventory.error().ToString();
  std::ostringstream text;
  text << *inventory;
  EXPECT_EQ(text.str(), "backstore fileio_0/storage: " + options_.file +
                            ", 1048576 bytes, serial \"" + kSerial +
                            "\", product storage, write-back\n"
                            "target naa.5001405f01234ba3 tpgt 1: nexus naa.5001405f01234bac, "
                            "LUN 0 -> fileio_0/storage\n"
                            "target naa.500230567123438b tpgt 1: nexus naa.5002305671234384, "
                            "LUN 0 -> nothing\n");
}

TEST_F(LioTest, InventoryOfIncompleteObjectsHasEmptyFields) {
  ASSERT_TRUE(lio_.MakeDirectory("core/fileio_7").ok());
  ASSERT_TRUE(lio_.MakeDirectory("core/fileio_7/x").ok());
  ASSERT_TRUE(lio_.MakeDirectory("core/alua").ok());
  ASSERT_TRUE(lio_.MakeDirectory("loopback").ok());
  ASSERT_TRUE(lio_.MakeDirectory(std::string("loopback/") + kFirst).ok());
  ASSERT_TRUE(lio_.MakeDirectory(std::string("loopback/") + kFirst + "/tpgt_1").ok());
  EXPECT_EQ(Inventory::Take(lio_)->ToString(),
            "backstore fileio_7/x: no file, 0 bytes, serial \"\", product FILEIO, write-through\n"
            "target naa.5001405f01234ba3 tpgt 1: no nexus\n");
}

TEST_F(LioTest, InventoryIncludesObjectsThatCannotBeRead) {
  ASSERT_TRUE(MakeBackstore().ok());
  // As if its owner were removing it.
  const std::string theirs = "/core/fileio_1/theirs";
  std::filesystem::create_directories(lio_.root() + theirs + "/wwn/vpd_unit_serial");
  const auto inventory = Inventory::Take(lio_);
  ASSERT_TRUE(inventory.ok()) << inventory.error().ToString();
  ASSERT_EQ(inventory->backstores.size(), 2U);
  EXPECT_EQ(inventory->backstores[0].serial, kSerial);
  EXPECT_EQ(inventory->backstores[1].object, "fileio_1/theirs");
  EXPECT_EQ(inventory->backstores[1].serial, "");
}

TEST_F(LioTest, BackstoreUsesTheHbaThatWasRecorded) {
  ASSERT_TRUE(lio_.MakeDirectory("core/fileio_0").ok());
  const auto hba = FileBackstore::FreeHba(lio_);
  ASSERT_TRUE(hba.ok()) << hba.error().ToString();
  EXPECT_EQ(*hba, "fileio_1");
  options_.hba = *hba;
  EXPECT_EQ(MakeBackstore()->object(), "fileio_1/storage");
  EXPECT_EQ(MakeBackstore().error().error_number(), EEXIST) << "it is not shared";
}

TEST_F(LioTest, InventoryIgnoresHbaNumberAndNexus) {
  FakeLio other;
  // As targetcli does it: another HBA, a random nexus.
  ASSERT_TRUE(other.MakeDirectory("core/fileio_0").ok());
  LoopbackTarget::Options options;
  options.naa = kFirst;
  options.nexus = "naa.50014055b3b6d883";
  const LoopbackTarget::Roots roots{other, other.Sysfs()};
  const auto theirs = FileBackstore::Create(options_, other);
  ASSERT_TRUE(LoopbackTarget::Create(options, *theirs, roots).ok());
  const auto ours = MakeBackstore();
  ASSERT_TRUE(MakeTarget(kFirst, *ours).ok());
  EXPECT_EQ(*Inventory::Take(lio_), *Inventory::Take(other));

  ASSERT_TRUE(MakeTarget(kSecond, *ours).ok());
  EXPECT_NE(*Inventory::Take(lio_), *Inventory::Take(other));
}

TEST_F(LioTest, InventoriesWithDifferentSerialsDiffer) {
  FakeLio other;
  FileBackstore::Options options = options_;
  options.serial = "1";
  ASSERT_TRUE(FileBackstore::Create(options, other).ok());
  ASSERT_TRUE(MakeBackstore().ok());
  EXPECT_NE(*Inventory::Take(lio_), *Inventory::Take(other));
}

TEST(SystemConfigFs, IsTheKernels) {
  EXPECT_EQ(SystemConfigFs().root(), "/sys/kernel/config/target");
}

}  // namespace
}  // namespace dualpath::lio
