#include "helpers/guest/storage_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::guest {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint32_t kBlock = 4096;

/// A sparse file of 64 MiB, of which the bytes from 4096 to 12288 are the run's.
class StorageImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(WriteFileAtomically(file_, "").ok());
    std::filesystem::resize_file(file_, 64 * kMebibyte);
  }

  void Put(std::uint64_t at, const std::string& bytes) {
    const Status written = WriteAt(file_, at, bytes);
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

  static std::string Block(const BlockIdentity& identity) {
    std::vector<std::uint64_t> words(kBlock / sizeof(std::uint64_t));
    FillBlock(words.data(), kBlock, identity);
    return {reinterpret_cast<const char*>(words.data()), kBlock};
  }

  StorageImage Image() const { return *StorageImage::Take(file_, {4096, 12288}); }

  std::string WhatElseChanged(const StorageImage& before,
                              const std::vector<ByteRange>& except = {}) const {
    const Status same = before.SameElsewhere(file_, except, kBlock);
    return same.ok() ? "nothing" : same.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string file_ = directory_.path() + "/storage.raw";
};

TEST_F(StorageImageTest, ReadsBackTheRangeWithItsHoles) {
  Put(4096 + 100, "data");
  Put(12288, "outside");
  const StorageImage image = Image();
  EXPECT_EQ(image.Read(4096 + 98, 8), std::string("\0\0data\0\0", 8));
  EXPECT_EQ(image.Read(8192, 4096), std::string(4096, '\0'));
}

TEST_F(StorageImageTest, ChangesInTheRangeAreNotChangesElsewhere) {
  const StorageImage before = Image();
  Put(4096, std::string(8192, 'x'));
  EXPECT_EQ(WhatElseChanged(before), "nothing");
}

TEST_F(StorageImageTest, AMisdirectedWriteIsNamedWithBothContents) {
  Put(32 * kMebibyte, Block({2, 8192, 5}));
  const StorageImage before = Image();
  Put(32 * kMebibyte, Block({3, 1, 7}));
  Put(40 * kMebibyte + 512, Block({3, 2, 8}));
  EXPECT_EQ(WhatElseChanged(before),
            "check that nothing outside the run's blocks has changed in: " + file_ +
                ": misdirected: byte 33554432 held sequence 5 of run 2 for block 8192 before the "
                "run, holds sequence 7 of run 3 for block 1, checksum good; byte 41943552 held "
                "zeros before the run, holds sequence 8 of run 3 for block 2, checksum good");
}

TEST_F(StorageImageTest, ASectorBesideTheRangeInTheSamePageIsElsewhere) {
  const StorageImage before = *StorageImage::Take(file_, {4608, 12288});
  Put(4096, "x");
  EXPECT_THAT(WhatElseChanged(before), HasSubstr("byte 4096 held zeros"));
}

TEST_F(StorageImageTest, DataThatBecameAHoleOrZerosHaveChanged) {
  Put(16 * kMebibyte, "data");
  const StorageImage before = Image();
  Put(16 * kMebibyte, std::string(4, '\0'));
  EXPECT_THAT(WhatElseChanged(before), HasSubstr("held data not written by the agent before the "
                                                 "run, holds zeros"));
  std::filesystem::resize_file(file_, 15 * kMebibyte);
  EXPECT_THAT(WhatElseChanged(before), HasSubstr("byte 16777216"));
}

TEST_F(StorageImageTest, WritingZerosIntoAHoleChangesNothing) {
  const StorageImage before = Image();
  Put(16 * kMebibyte, std::string(8192, '\0'));
  EXPECT_EQ(WhatElseChanged(before), "nothing");
}

TEST_F(StorageImageTest, ExpectedChangesAreExcepted) {
  const StorageImage before = Image();
  Put(16 * kMebibyte, std::string(1024, 'x'));
  EXPECT_THAT(WhatElseChanged(before), HasSubstr("misdirected"));
  EXPECT_EQ(WhatElseChanged(before, {{16 * kMebibyte, 16 * kMebibyte + 1024}}), "nothing");
  EXPECT_THAT(WhatElseChanged(before, {{16 * kMebibyte, 16 * kMebibyte + 512}}),
              HasSubstr("byte 16777728"));
}

TEST_F(StorageImageTest, NoMoreThanThreeChangesAreShown) {
  const StorageImage before = Image();
  for (std::uint64_t i = 1; i <= 5; ++i) Put(i * 8 * kMebibyte, "x");
  EXPECT_THAT(WhatElseChanged(before),
              AllOf(HasSubstr("byte 25165824"), Not(HasSubstr("byte 33554432")),
                    HasSubstr("; and 2 more")));
}

TEST_F(StorageImageTest, EveryBitOfASectorCounts) {
  std::string sector(512, 'a');
  for (std::size_t at = 0; at < sector.size(); ++at) {
    Put(16 * kMebibyte, sector);
    const StorageImage before = Image();
    std::string other = sector;
    other[at] = 'c';
    Put(16 * kMebibyte, other);
    EXPECT_THAT(WhatElseChanged(before), HasSubstr("byte 16777216")) << at;
  }
}

TEST_F(StorageImageTest, AMissingFileIsNamed) {
  EXPECT_EQ(StorageImage::Take("/no/such/storage.raw", {}).error().ToString(),
            "open: /no/such/storage.raw: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::guest
