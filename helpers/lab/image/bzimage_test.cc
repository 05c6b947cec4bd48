#include "helpers/lab/image/bzimage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_kernel.h"

namespace dualpath::lab {
namespace {

using ::testing::HasSubstr;

class BzImageTest : public ::testing::Test {
 protected:
  Result<std::string> ReleaseOf(const std::string& bytes) {
    WriteFake(file_, bytes);
    return ReleaseOfBzImage(file_);
  }
  std::string ErrorFor(const std::string& bytes) {
    const auto release = ReleaseOf(bytes);
    return release.ok() ? "" : release.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string file_ = directory_.path() + "/vmlinuz";
};

TEST_F(BzImageTest, ItsReleaseIsTheFirstWordOfItsVersion) {
  const auto release = ReleaseOf(FakeBzImage().Bytes());
  ASSERT_TRUE(release.ok()) << release.error().ToString();
  EXPECT_EQ(*release, "6.1.0-test");
}

TEST_F(BzImageTest, AKernelForAnotherMachineIsNamed) {
  FakeBzImage i386;
  i386.load_flags = 0;
  EXPECT_THAT(ErrorFor(i386.Bytes()), HasSubstr("32-bit"));
  std::string arm64(0x400, '\0');
  arm64.replace(0x38, 4, "ARM\x64");
  EXPECT_THAT(ErrorFor(arm64), HasSubstr("arm64"));
}

TEST_F(BzImageTest, WhatIsNoKernelSaysWhatToPass) {
  EXPECT_THAT(ErrorFor(""), HasSubstr("not an x86 kernel; pass a bzImage"));
  EXPECT_THAT(ErrorFor("#!/bin/sh\n"), HasSubstr("not an x86 kernel"));
  EXPECT_THAT(ErrorFor("\x7f"
                       "ELF, a vmlinux"),
              HasSubstr("arch/x86/boot/bzImage"));
  EXPECT_THAT(ReleaseOfBzImage("/nonexistent/vmlinuz").error().ToString(),
              HasSubstr("No such file"));
}

TEST_F(BzImageTest, ADamagedHeaderHasNoVersion) {
  for (const char* version : {"", " ", "../../etc x", "..", "no_blank"}) {
    FakeBzImage damaged;
    damaged.version = version;
    EXPECT_THAT(ErrorFor(damaged.Bytes()), HasSubstr("damaged")) << version;
  }
  // Cut off before its text.
  EXPECT_THAT(ErrorFor(FakeBzImage().Bytes().substr(0, 0x280)), HasSubstr("damaged"));
}

TEST_F(BzImageTest, AKernelOfAnOldProtocolIsTooOld) {
  FakeBzImage old;
  old.protocol = 0x20a;
  EXPECT_THAT(ErrorFor(old.Bytes()), HasSubstr("before 3.8"));
}

}  // namespace
}  // namespace dualpath::lab
