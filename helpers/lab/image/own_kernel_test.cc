#include "helpers/lab/image/own_kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_kernel.h"

namespace dualpath::lab {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OwnKernelTest : public ::testing::Test {
 protected:
  std::string ErrorFor(const std::string& path) {
    const auto kernel = FindKernel(path);
    if (!kernel.ok()) return kernel.error().ToString();
    const Status checked = CheckKernel(*kernel);
    return checked.ok() ? "" : checked.error().ToString();
  }
  void ExpectFinds(const std::string& path) {
    const auto kernel = FindKernel(path);
    ASSERT_TRUE(kernel.ok()) << kernel.error().ToString();
    EXPECT_EQ(kernel->release, "6.1.0-test");
    EXPECT_THAT(MissingOptions(*kernel), IsEmpty());
    const Status checked = CheckKernel(*kernel);
    EXPECT_TRUE(checked.ok()) << checked.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  const std::string root_ = directory_.path() + "/root";
  const std::string modules_ = root_ + "/lib/modules/6.1.0-test";
};

TEST_F(OwnKernelTest, IsFoundWhereModulesAreInstalled) {
  InstallFakeKernel(root_);
  ExpectFinds(root_);
  ExpectFinds(root_ + "/boot/vmlinuz-6.1.0-test");
}

TEST_F(OwnKernelTest, IsFoundBelowUsr) {
  InstallFakeKernel(root_);
  std::filesystem::create_directory(root_ + "/usr");
  std::filesystem::rename(root_ + "/lib", root_ + "/usr/lib");
  ExpectFinds(root_);
}

TEST_F(OwnKernelTest, IsFoundInABuildTree) {
  BuildFakeKernel(root_);
  ExpectFinds(root_);
  ExpectFinds(root_ + "/arch/x86/boot/bzImage");
}

TEST_F(OwnKernelTest, OldModuleOrdersNameModules) {
  BuildFakeKernel(root_);
  std::string order;
  for (const char* module : kFakeModules) order += std::string("kernel/") + module + ".ko\n";
  WriteFake(root_ + "/modules.order", order);
  ExpectFinds(root_);
}

TEST_F(OwnKernelTest, WhatItLacksIsNamedWithTheOption) {
  InstallFakeKernel(root_);
  std::filesystem::remove(modules_ + "/kernel/drivers/md/dm-multipath.ko.xz");
  std::filesystem::remove(modules_ + "/kernel/drivers/nvdimm/virtio_pmem.ko.xz");
  EXPECT_THAT(ErrorFor(root_),
              AllOf(HasSubstr("CONFIG_DM_MULTIPATH (the rig's map)"),
                    HasSubstr("CONFIG_VIRTIO_PMEM (the lab's root)"), HasSubstr("=y or =m")));
}

TEST_F(OwnKernelTest, ItsConfigurationIsRead) {
  InstallFakeKernel(root_);
  WriteFake(root_ + "/boot/config-6.1.0-test", "CONFIG_BINFMT_ELF=y\n");
  EXPECT_THAT(ErrorFor(root_), HasSubstr("CONFIG_FS_DAX"));
}

TEST_F(OwnKernelTest, ModulesOfAnotherReleaseAreNamed) {
  InstallFakeKernel(root_);
  std::filesystem::rename(modules_, root_ + "/lib/modules/6.1.0-other");
  const std::string image = root_ + "/boot/vmlinuz-6.1.0-test";
  EXPECT_THAT(ErrorFor(image), AllOf(HasSubstr("it is 6.1.0-test"), HasSubstr("6.1.0-other"),
                                     HasSubstr("modules_install")));
}

TEST_F(OwnKernelTest, ABuildTreeThatIsHalfBuiltIsRefused) {
  BuildFakeKernel(root_);
  WriteFake(root_ + "/include/config/kernel.release", "6.1.0-next\n");
  EXPECT_THAT(ErrorFor(root_), AllOf(HasSubstr("6.1.0-next"), HasSubstr("run make again")));
  WriteFake(root_ + "/include/config/kernel.release", "6.1.0-test\n");
  std::filesystem::remove(root_ + "/drivers/scsi/sg.ko");
  EXPECT_THAT(ErrorFor(root_), AllOf(HasSubstr("drivers/scsi/sg.ko"), HasSubstr("make modules")));
}

TEST_F(OwnKernelTest, ModulesAreNotTakenFromOutsideOfTheTree) {
  BuildFakeKernel(root_);
  for (const char* line : {"../secret.o", "/etc/secret.o", "a/../../secret.o"}) {
    WriteFake(root_ + "/modules.order", std::string(line) + "\n");
    EXPECT_THAT(ErrorFor(root_), HasSubstr("outside of the tree")) << line;
  }
}

TEST_F(OwnKernelTest, WithoutModulesItSaysHowToInstallThem) {
  const std::string image = directory_.path() + "/bzImage";
  WriteFake(image, FakeBzImage().Bytes());
  EXPECT_THAT(ErrorFor(image), AllOf(HasSubstr("no modules of 6.1.0-test"),
                                     HasSubstr("INSTALL_MOD_PATH=" + directory_.path())));
}

TEST_F(OwnKernelTest, WithoutAnImageItSaysWhereToPutIt) {
  InstallFakeKernel(root_);
  std::filesystem::remove_all(root_ + "/boot");
  EXPECT_THAT(ErrorFor(root_), AllOf(HasSubstr("modules of 6.1.0-test but no bzImage"),
                                     HasSubstr("boot/vmlinuz-RELEASE")));
}

TEST_F(OwnKernelTest, SeveralKernelsAreAmbiguous) {
  InstallFakeKernel(root_);
  InstallFakeKernel(root_, "6.2.0-test");
  EXPECT_THAT(ErrorFor(root_), HasSubstr("several kernels (6.1.0-test, 6.2.0-test)"));
  ExpectFinds(root_ + "/boot/vmlinuz-6.1.0-test");
}

TEST_F(OwnKernelTest, DirectoriesWithoutAKernelSayWhatIsMissing) {
  std::filesystem::create_directory(root_);
  EXPECT_THAT(ErrorFor(root_), HasSubstr("neither arch/x86/boot/bzImage"));
  WriteFake(root_ + "/Kbuild", "");
  EXPECT_THAT(ErrorFor(root_), HasSubstr("run make"));
  EXPECT_THAT(ErrorFor("/nonexistent"), HasSubstr("no such file or directory"));
}

TEST_F(OwnKernelTest, OneThatTheLabCannotBootIsRefused) {
  InstallFakeKernel(root_, "5.4.0-test");
  EXPECT_THAT(ErrorFor(root_), AllOf(HasSubstr("5.4.0-test"), HasSubstr("5.8 or later")));
}

TEST_F(OwnKernelTest, IsStagedWithItsModulesOnly) {
  InstallFakeKernel(root_);
  WriteFake(modules_ + "/modules.dep.bin", "of depmod");
  std::filesystem::create_directory_symlink("/usr/src", modules_ + "/build");
  std::filesystem::create_symlink("/etc/passwd", modules_ + "/kernel/link.ko");
  const auto kernel = FindKernel(root_);
  ASSERT_TRUE(kernel.ok()) << kernel.error().ToString();
  const std::string staged = directory_.path() + "/staged";
  const Status done = StageKernel(*kernel, staged);
  ASSERT_TRUE(done.ok()) << done.error().ToString();
  namespace fs = std::filesystem;
  EXPECT_TRUE(fs::exists(staged + "/vmlinuz"));
  const std::string modules = staged + "/lib/modules/6.1.0-test";
  EXPECT_TRUE(fs::exists(modules + "/kernel/drivers/scsi/sg.ko.xz"));
  EXPECT_TRUE(fs::exists(modules + "/modules.builtin"));
  for (const char* name : {"/build", "/kernel/link.ko", "/modules.dep.bin"})
    EXPECT_FALSE(fs::exists(fs::symlink_status(modules + name))) << name;
}

}  // namespace
}  // namespace dualpath::lab
