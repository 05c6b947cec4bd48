#include "helpers/lab/image/overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_kernel.h"
#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A member of a tar, as tar(5) describes "ustar". No tar program writes some of these.
std::string Member(const std::string& name, char type, const std::string& link = "",
                   const std::string& content = "") {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  const auto octal = [](std::size_t number) {
    std::array<char, 12> text = {};
    std::snprintf(text.data(), text.size(), "%011zo", number);
    return std::string(text.data());
  };
  put(0, name);
  put(100, "0000755");
  put(108, "0000000");
  put(116, "0000000");
  put(124, octal(content.size()));
  put(136, octal(0));
  put(148, "        ");
  header[156] = type;
  put(157, link);
  put(257, std::string("ustar\0", 6));
  put(263, "00");
  put(329, "0000001");
  put(337, "0000003");
  std::size_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, octal(sum).substr(5) + '\0');
  std::string padded = content;
  padded.resize((content.size() + 511) / 512 * 512);
  return header + padded;
}

std::string End() { return std::string(1024, '\0'); }

constexpr char kFile = '0';
constexpr char kHardLink = '1';
constexpr char kSymbolicLink = '2';
constexpr char kCharacterDevice = '3';
constexpr char kFifo = '6';

class OverlayTest : public ::testing::Test {
 protected:
  OverlayTest() { fs::create_directories(into_); }

  Status Unpack(const std::string& members, const OverlayLimits& limits = {}) {
    WriteFake(archive_, members + End());
    return UnpackArchive(archive_, into_, limits);
  }
  std::string ErrorFor(const std::string& members) {
    const Status unpacked = Unpack(members);
    return unpacked.ok() ? "" : unpacked.error().ToString();
  }
  /// Nothing appeared beside the directory to unpack to.
  void ExpectNothingOutside() {
    EXPECT_FALSE(fs::exists(directory_.path() + "/evil"));
    EXPECT_FALSE(fs::exists("/tmp/dualpath-overlay-test-evil"));
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  const std::string archive_ = directory_.path() + "/overlay.tar";
  const std::string into_ = directory_.path() + "/into/deep";
};

TEST_F(OverlayTest, ATarIsUnpacked) {
  const Status unpacked = Unpack(Member("usr/sbin/multipathd", kFile, "", "program") +
                                 Member("usr/lib/libx.so", kSymbolicLink, "libx.so.0"));
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().ToString();
  EXPECT_EQ(*ReadFile(into_ + "/usr/sbin/multipathd"), "program");
  EXPECT_EQ(fs::read_symlink(into_ + "/usr/lib/libx.so"), "libx.so.0");
}

TEST_F(OverlayTest, ACompressedTarIsUnpacked) {
  WriteFake(directory_.path() + "/tree/usr/bin/program", "program");
  const std::string archive = directory_.path() + "/a:b.tgz";  // no host called "a"
  ASSERT_TRUE(process::ExecuteChecked({{"tar", "-cz", "--force-local", "-f", archive, "-C",
                                        directory_.path() + "/tree", "."}},
                                      Deadline::In(std::chrono::seconds(30)))
                  .ok());
  const Status unpacked = UnpackArchive(archive, into_);
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().ToString();
  EXPECT_TRUE(fs::exists(into_ + "/usr/bin/program"));
}

TEST_F(OverlayTest, AbsoluteNamesStayInside) {
  EXPECT_EQ(ErrorFor(Member("/tmp/dualpath-overlay-test-evil", kFile, "", "x")), "");
  EXPECT_TRUE(fs::exists(into_ + "/tmp/dualpath-overlay-test-evil"));
  ExpectNothingOutside();
}

TEST_F(OverlayTest, NamesThatLeadOutAreRefused) {
  EXPECT_THAT(ErrorFor(Member("../../evil", kFile, "", "x")), HasSubstr(".."));
  EXPECT_THAT(ErrorFor(Member("usr/../../../evil", kFile, "", "x")), HasSubstr(".."));
  ExpectNothingOutside();
}

TEST_F(OverlayTest, LinksThatLeadOutAreNotFollowed) {
  const std::string outside = directory_.path();
  EXPECT_NE(ErrorFor(Member("out", kSymbolicLink, outside) + Member("out/evil", kFile, "", "x")),
            "");
  EXPECT_NE(ErrorFor(Member("up", kSymbolicLink, "../..") + Member("up/evil", kFile, "", "x")), "");
  ExpectNothingOutside();
}

TEST_F(OverlayTest, HardLinksToFilesOfThisMachineAreRefused) {
  WriteFake(directory_.path() + "/secret", "secret");
  EXPECT_NE(ErrorFor(Member("a", kHardLink, directory_.path() + "/secret")), "");
  EXPECT_NE(ErrorFor(Member("a", kHardLink, "../../secret")), "");
  struct stat info = {};
  ASSERT_EQ(::stat((directory_.path() + "/secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_nlink, 1U);
}

TEST_F(OverlayTest, DevicesAndFifosAreRefused) {
  EXPECT_NE(ErrorFor(Member("dev/mem", kCharacterDevice)), "");
  EXPECT_FALSE(fs::exists(into_ + "/dev/mem"));
  EXPECT_THAT(ErrorFor(Member("pipe", kFifo)),
              AllOf(HasSubstr("\"pipe\" is a device, FIFO or socket"), HasSubstr("remove it")));
}

TEST_F(OverlayTest, WhatIsNoArchiveIsRefused) {
  WriteFake(archive_, std::string(3000, 'x'));
  const Status unpacked = UnpackArchive(archive_, into_);
  ASSERT_FALSE(unpacked.ok());
  EXPECT_THAT(unpacked.error().ToString(), HasSubstr("not a tar or .deb"));
  WriteFake(archive_, "!<arch>\nno .deb");
  EXPECT_FALSE(UnpackArchive(archive_, into_).ok());
  EXPECT_THAT(ErrorFor(""), HasSubstr("no files"));
}

TEST_F(OverlayTest, MoreThanTheLimitsIsRefused) {
  OverlayLimits limits;
  limits.bytes = 10;
  EXPECT_FALSE(Unpack(Member("a", kFile, "", std::string(11, 'x')), limits).ok());
  limits = {};
  limits.files = 1;
  EXPECT_FALSE(Unpack(Member("a", kFile) + Member("b", kFile), limits).ok());
}

TEST_F(OverlayTest, ADirectoryIsCheckedAsItIs) {
  const std::string tree = directory_.path() + "/tree";
  fs::create_directory(tree);
  EXPECT_THAT(CheckOverlay(tree).error().ToString(), HasSubstr("no files"));
  WriteFake(tree + "/usr/bin/program", "program");
  fs::create_symlink("/etc/passwd", tree + "/link");
  EXPECT_TRUE(CheckOverlay(tree).ok());
  ASSERT_EQ(::mkfifo((tree + "/pipe").c_str(), 0600), 0);
  EXPECT_THAT(CheckOverlay(tree).error().ToString(), HasSubstr("\"pipe\" is a device"));
  EXPECT_THAT(CheckOverlay("/nonexistent").error().ToString(), HasSubstr("no such file"));
  EXPECT_THAT(CheckOverlay("/dev/null").error().ToString(), HasSubstr("neither"));
}

TEST_F(OverlayTest, IsStagedAsRootsFiles) {
  const std::string tree = directory_.path() + "/tree";
  WriteFake(tree + "/usr/bin/program", "program");
  fs::create_symlink("/etc/passwd", tree + "/link");
  const std::string tar = directory_.path() + "/staged.tar";
  const Status staged = StageOverlay(tree, tar);
  ASSERT_TRUE(staged.ok()) << staged.error().ToString();
  const auto listed = process::ExecuteChecked({{"tar", "-tv", "--numeric-owner", "-f", tar}},
                                              Deadline::In(std::chrono::seconds(30)));
  ASSERT_TRUE(listed.ok());
  EXPECT_THAT(*listed, AllOf(HasSubstr(" 0/0 "), HasSubstr("./usr/bin/program"),
                             HasSubstr("./link -> /etc/passwd")));
}

}  // namespace
}  // namespace dualpath::lab
