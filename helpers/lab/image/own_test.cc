#include "helpers/lab/image/own.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_kernel.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OwnTest : public ::testing::Test {
 protected:
  OwnTest() { ExportOwn({}); }
  ~OwnTest() override { ExportOwn({}); }

  std::string ErrorFor(const Own& own) {
    const Status checked = CheckOwn(own);
    return checked.ok() ? "" : checked.error().ToString();
  }
  std::string Digest(const Own& own) {
    const auto digest = DigestOfOwn(cache_, own);
    EXPECT_TRUE(digest.ok()) << digest.error().ToString();
    return digest.ok() ? *digest : "";
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path() + "/cache");
  const std::string kernel_ = directory_.path() + "/kernel";
  const std::string overlay_ = directory_.path() + "/overlay";
};

TEST_F(OwnTest, ChildProcessesGetAbsoluteNames) {
  Own own;
  own.kernel = "linux";
  own.overlays = {"/tmp/a", "b/../c"};
  own.append = "loglevel=7 panic=0";
  ExportOwn(own);
  const Own read = OwnFromEnvironment();
  EXPECT_EQ(read.kernel, fs::current_path().string() + "/linux");
  EXPECT_THAT(read.overlays, ElementsAre("/tmp/a", fs::current_path().string() + "/c"));
  EXPECT_EQ(read.append, own.append);
}

TEST_F(OwnTest, WithoutVariablesThereIsNothing) {
  EXPECT_TRUE(OwnFromEnvironment().empty());
  ::setenv(kOverlayVariable, ":", 1);
  EXPECT_THAT(OwnFromEnvironment().overlays, IsEmpty());
}

TEST_F(OwnTest, WordsForTheCommandLineHaveALimit) {
  EXPECT_EQ(ErrorFor({"", {}, "loglevel=7 dyndbg=\"file dm-mpath.c +p\""}), "");
  EXPECT_THAT(ErrorFor({"", {}, std::string(1501, 'x')}), HasSubstr("1500 characters"));
  EXPECT_THAT(ErrorFor({"", {}, "quiet\nroot=x"}), HasSubstr("line break"));
}

TEST_F(OwnTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(ErrorFor({"/nonexistent/kernel", {}, ""}), HasSubstr("/nonexistent/kernel"));
  EXPECT_THAT(ErrorFor({"", {"/nonexistent/tree"}, ""}), HasSubstr("/nonexistent/tree"));
}

TEST_F(OwnTest, TheDigestIsThatOfTheContents) {
  InstallFakeKernel(kernel_);
  WriteFake(overlay_ + "/usr/bin/program", "program");
  const Own own = {kernel_, {overlay_}, ""};
  const std::string before = Digest(own);
  EXPECT_EQ(Digest(own), before);

  const std::string copy = directory_.path() + "/copy";
  fs::copy(kernel_, copy, fs::copy_options::recursive);
  EXPECT_EQ(Digest({copy, {overlay_}, ""}), before) << "another place, the same content";

  WriteFake(overlay_ + "/usr/bin/program", "another");
  const std::string after = Digest(own);
  EXPECT_NE(after, before);
  WriteFake(kernel_ + "/lib/modules/6.1.0-test/kernel/drivers/scsi/sg.ko.xz", "rebuilt");
  EXPECT_NE(Digest(own), after);
}

TEST_F(OwnTest, TheDigestHasModesLinksAndOrder) {
  const std::string other = directory_.path() + "/other";
  WriteFake(overlay_ + "/a", "a");
  WriteFake(other + "/b", "b");
  const std::string before = Digest({"", {overlay_, other}, ""});
  EXPECT_NE(Digest({"", {other, overlay_}, ""}), before);
  fs::permissions(overlay_ + "/a", fs::perms::owner_exec, fs::perm_options::add);
  const std::string executable = Digest({"", {overlay_, other}, ""});
  EXPECT_NE(executable, before);
  fs::create_symlink("x", overlay_ + "/link");
  const std::string linked = Digest({"", {overlay_, other}, ""});
  EXPECT_NE(linked, executable);
  fs::remove(overlay_ + "/link");
  fs::create_symlink("y", overlay_ + "/link");
  EXPECT_NE(Digest({"", {overlay_, other}, ""}), linked);
}

}  // namespace
}  // namespace dualpath::lab
