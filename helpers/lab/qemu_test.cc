#include "helpers/lab/qemu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <optional>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class QemuTest : public ::testing::Test {
 protected:
  QemuTest() { ::unsetenv("DUALPATH_QEMU"); }
  ~QemuTest() override { ::unsetenv("DUALPATH_QEMU"); }

  std::string File(const std::string& name) const { return directory_.path() + "/" + name; }

  /// Replaces QEMU with a program that prints `text`.
  void UseProgramThatPrints(const std::string& text) const {
    const std::string program = File("other");
    ASSERT_TRUE(WriteFileAtomically(program, "#!/bin/sh\necho '" + text + "'\n").ok());
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    ::setenv("DUALPATH_QEMU", program.c_str(), 1);
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

TEST_F(QemuTest, RunsTheImagesQemuWithItsLibraries) {
  const process::Command command = QemuCommand("/image/qemu");
  EXPECT_THAT(command.argv,
              ElementsAre("/image/qemu/ld-linux-x86-64.so.2", "--library-path", "/image/qemu",
                          "/image/qemu/qemu-system-x86_64", "-L", "/image/qemu"));
  EXPECT_THAT(command.environment, ElementsAre(Pair("QEMU_MODULE_DIR", "/image/qemu")));
}

TEST_F(QemuTest, RunsTheProgramThatTheVariableNames) {
  ::setenv("DUALPATH_QEMU", "/opt/qemu/bin/qemu-system-x86_64", 1);
  const process::Command command = QemuCommand("/image/qemu");
  EXPECT_THAT(command.argv, ElementsAre("/opt/qemu/bin/qemu-system-x86_64"));
  EXPECT_THAT(command.environment, IsEmpty()) << "another QEMU cannot load the image's modules";
}

TEST_F(QemuTest, IgnoresAnEmptyVariable) {
  ::setenv("DUALPATH_QEMU", "", 1);
  EXPECT_EQ(QemuCommand("/image/qemu").argv[0], "/image/qemu/ld-linux-x86-64.so.2");
}

TEST_F(QemuTest, ReadsTheVersionOfTheImagesQemuFromAFile) {
  ASSERT_TRUE(WriteFileAtomically(File("version"), "QEMU emulator version 10.0.8\n").ok());
  EXPECT_EQ(*QemuVersion(directory_.path()), "QEMU emulator version 10.0.8");
}

TEST_F(QemuTest, RunsAnotherQemuToGetItsVersion) {
  ASSERT_TRUE(WriteFileAtomically(File("version"), "QEMU emulator version 10.0.8\n").ok());
  UseProgramThatPrints("QEMU emulator version 11.1.0\nCopyright (c)");
  EXPECT_EQ(*QemuVersion(directory_.path()), "QEMU emulator version 11.1.0");
}

TEST_F(QemuTest, NamesAMissingQemu) {
  ::setenv("DUALPATH_QEMU", "/no/such/qemu", 1);
  const auto version = QemuVersion(directory_.path());
  ASSERT_FALSE(version.ok());
  EXPECT_THAT(version.error().ToString(), HasSubstr("/no/such/qemu"));
}

TEST_F(QemuTest, TheImagesQemuHasAllFeatures) {
  const auto features = FeaturesOfQemu("/image/qemu");
  ASSERT_TRUE(features.ok());
  EXPECT_TRUE(features->sandbox);
  EXPECT_TRUE(features->file_migration);
}

TEST_F(QemuTest, TriesWhatAnotherQemuHas) {
  UseProgramThatPrints("QEMU emulator version 8.2.0 (other)");
  EXPECT_TRUE(FeaturesOfQemu("")->sandbox);
  EXPECT_TRUE(FeaturesOfQemu("")->file_migration);

  const std::string old = File("old");
  ASSERT_TRUE(WriteFileAtomically(old,
                                  "#!/bin/sh\n[ \"$1\" != -sandbox ] || exit 1\n"
                                  "echo QEMU emulator version 7.2.22\n")
                  .ok());
  ASSERT_EQ(::chmod(old.c_str(), 0755), 0);
  ::setenv("DUALPATH_QEMU", old.c_str(), 1);
  EXPECT_FALSE(FeaturesOfQemu("")->sandbox);
  EXPECT_FALSE(FeaturesOfQemu("")->file_migration);
}

}  // namespace
}  // namespace dualpath::lab
