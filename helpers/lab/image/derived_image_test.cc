#include "helpers/lab/image/derived_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_image.h"
#include "helpers/lab/image/fake_kernel.h"
#include "helpers/lab/image/prune_images.h"

namespace dualpath::lab {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DerivedImageTest : public ::testing::Test {
 protected:
  DerivedImageTest() { WriteFake(overlay_ + "/usr/sbin/multipathd", "program"); }

  BuiltImage Base() {
    return *ReadBuiltImage(AddFakeImage(cache_, *ImageKey("trixie"))->directory());
  }

  /// Adds an image as images/lab/derive leaves it.
  std::string AddDerived(const Own& own) {
    const BuiltImage base = Base();
    const std::string key = *DerivedKey(cache_, base, own);
    return cache_
        .Get(kDerivedKind, key, 0,
             [&](const std::string& directory) -> Status {
               DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/packages", kFakePackages));
               DUALPATH_TRY_STATUS(
                   WriteFileAtomically(directory + "/versions", "multipath-tools\t0.9.4+own\n"));
               DUALPATH_TRY_STATUS(WriteFileAtomically(
                   directory + "/own.json", R"({"base": ")" + base.key +
                                                R"(", "kernel": "", "overlays": [")" + overlay_ +
                                                "\"]}\n"));
               return WriteFileAtomically(directory + "/id", "fedcba987654\n");
             })
        ->directory();
  }
  std::vector<Pruned> Prune() { return *PruneImages(cache_, {9999, std::time(nullptr)}); }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path() + "/cache");
  const std::string overlay_ = directory_.path() + "/overlay";
  const Own own_ = {"", {overlay_}, ""};
};

TEST_F(DerivedImageTest, ItsKeyIsThatOfBaseAndContents) {
  const BuiltImage base = Base();
  const std::string key = *DerivedKey(cache_, base, own_);
  EXPECT_THAT(key, testing::MatchesRegex("trixie-[0-9a-f]{12}"));
  EXPECT_EQ(*DerivedKey(cache_, base, own_), key);
  BuiltImage rebuilt = base;
  rebuilt.key = "trixie-0-1";
  EXPECT_NE(*DerivedKey(cache_, rebuilt, own_), key);
  WriteFake(overlay_ + "/usr/sbin/multipathd", "rebuilt");
  EXPECT_NE(*DerivedKey(cache_, base, own_), key);
}

TEST_F(DerivedImageTest, HasTheVersionsOfWhatIsTheUsers) {
  const std::string directory = AddDerived(own_);
  const auto image = ReadBuiltImage(directory);
  ASSERT_TRUE(image.ok()) << image.error().ToString();
  EXPECT_EQ(image->stack, "trixie");
  EXPECT_EQ(image->VersionOf("multipath-tools"), "0.9.4+own");
  EXPECT_EQ(image->VersionOf("linux-image-amd64"), "6.12.57-1");
  EXPECT_THAT(DerivedImages(cache_), ElementsAre(Field(&BuiltImage::directory, directory)));
}

TEST_F(DerivedImageTest, KnowsWhatItWasMadeFrom) {
  const auto derivation = ReadDerivation(AddDerived(own_));
  ASSERT_TRUE(derivation.ok()) << derivation.error().ToString();
  EXPECT_EQ(derivation->base_key, Base().key);
  EXPECT_THAT(derivation->own.overlays, ElementsAre(overlay_));
  EXPECT_FALSE(ReadDerivation(directory_.path()).ok());
}

TEST_F(DerivedImageTest, StaysWhileItsBaseAndItsFilesAreThere) {
  AddDerived(own_);
  EXPECT_THAT(Prune(), IsEmpty());
}

TEST_F(DerivedImageTest, IsPrunedWhenItsFilesHaveChanged) {
  const std::string directory = AddDerived(own_);
  WriteFake(overlay_ + "/usr/sbin/multipathd", "rebuilt");
  EXPECT_THAT(Prune(), Contains(Field(&Pruned::why, HasSubstr("have changed"))));
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST_F(DerivedImageTest, IsPrunedWhenItsFilesAreGone) {
  AddDerived(own_);
  std::filesystem::remove_all(overlay_);
  EXPECT_THAT(Prune(), Contains(Field(&Pruned::why, HasSubstr("are gone"))));
}

TEST_F(DerivedImageTest, IsPrunedWithItsSnapshotsWhenItsBaseIsGone) {
  AddDerived(own_);
  std::filesystem::remove_all(Base().directory);
  EXPECT_THAT(Prune(), Contains(AllOf(Field(&Pruned::why, HasSubstr("which is gone")),
                                      Field(&Pruned::removed, true))));
}

TEST_F(DerivedImageTest, WhatCannotBeUsedLeavesNothing) {
  const auto made = GetDerivedImage(cache_, Base(), {"/nonexistent", {}, ""});
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().ToString(), HasSubstr("/nonexistent"));
  WriteFake(directory_.path() + "/text", "neither a tar nor a .deb");
  const auto other = GetDerivedImage(cache_, Base(), {"", {directory_.path() + "/text"}, ""});
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().ToString(), HasSubstr("not a tar or .deb"));
  EXPECT_THAT(DerivedImages(cache_), IsEmpty());
}

}  // namespace
}  // namespace dualpath::lab
