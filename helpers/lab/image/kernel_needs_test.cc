#include "helpers/lab/image/kernel_needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::lab {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

const std::set<std::string> kAll = {"virtio_pci",
                                    "virtio_pmem",
                                    "nd_pmem",
                                    "ext4",
                                    "overlay",
                                    "virtio_console",
                                    "virtio_blk",
                                    "configfs",
                                    "target_core_mod",
                                    "target_core_file",
                                    "tcm_loop",
                                    "sd_mod",
                                    "sg",
                                    "dm_multipath",
                                    "dm_service_time",
                                    "virtio_scsi"};

std::set<std::string> AllBut(const std::string& module) {
  std::set<std::string> modules = kAll;
  modules.erase(module);
  return modules;
}

TEST(MissingOptions, NameTheOptionAndItsPurpose) {
  EXPECT_THAT(MissingOptions(AllBut("tcm_loop"), ""),
              testing::ElementsAre("CONFIG_LOOPBACK_TARGET (the rig's paths)"));
}

TEST(MissingOptions, AreNotThoseOfModulesThatAreThere) {
  EXPECT_THAT(MissingOptions(kAll, ""), IsEmpty());
}

TEST(MissingOptions, AreNotThoseThatAreBuiltIn) {
  EXPECT_THAT(MissingOptions(AllBut("ext4"), "CONFIG_EXT4_FS=y\n"),
              Not(Contains("CONFIG_EXT4_FS (the lab's root)")));
  // A module that is configured but not there.
  EXPECT_THAT(MissingOptions(AllBut("ext4"), "CONFIG_EXT4_FS=m\n"),
              Contains("CONFIG_EXT4_FS (the lab's root)"));
}

TEST(MissingOptions, OfNoModuleAreKnownOnlyFromAConfiguration) {
  EXPECT_THAT(MissingOptions(kAll, "# CONFIG_FS_DAX is not set\nCONFIG_TMPFS=y\n"),
              AllOf(Contains("CONFIG_FS_DAX (the lab's root)"),
                    Not(Contains("CONFIG_TMPFS (the lab's boot)"))));
}

}  // namespace
}  // namespace dualpath::lab
