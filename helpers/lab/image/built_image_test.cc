#include "helpers/lab/image/built_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_image.h"

namespace dualpath::lab {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class BuiltImageTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path());
};

TEST_F(BuiltImageTest, IsFoundOnlyForItsStackAndRecipe) {
  ASSERT_TRUE(AddFakeImage(cache_, *ImageKey("bookworm")).ok());
  ASSERT_TRUE(AddFakeImage(cache_, "trixie-000000000000").ok());
  const auto image = FindImage(cache_, "bookworm");
  ASSERT_TRUE(image.ok()) << image.error().ToString();
  ASSERT_TRUE(image->has_value());
  EXPECT_EQ((*image)->stack, "bookworm");
  EXPECT_EQ((*image)->key, *ImageKey("bookworm") + "-0123456789ab");
  EXPECT_FALSE(FindImage(cache_, "trixie")->has_value()) << "built by another recipe";
}

TEST_F(BuiltImageTest, AStackMayHaveAHyphen) {
  const auto entry = AddFakeImage(cache_, *ImageKey("trixie-backports"));
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(ReadBuiltImage(entry->directory())->stack, "trixie-backports");
}

TEST_F(BuiltImageTest, KnowsTheVersionsOfItsPackages) {
  const auto image = ReadBuiltImage(AddFakeImage(cache_, "trixie-1")->directory());
  ASSERT_TRUE(image.ok()) << image.error().ToString();
  EXPECT_EQ(image->VersionOf("multipath-tools"), "0.11.1-2");
  EXPECT_EQ(image->VersionOf("libc6"), "2.41-12") << "without its architecture";
  EXPECT_EQ(image->VersionOf("fio"), "-");
}

TEST_F(BuiltImageTest, UseDoesNotMakeItYounger) {
  const auto entry = AddFakeImage(cache_, "trixie-1");
  Age(*entry, 40);
  cache_.MarkUsed(kImageKind, "trixie-1");
  EXPECT_EQ(AgeInDays(*ReadBuiltImage(entry->directory()), std::time(nullptr)), 40);
}

TEST(Recipes, AnUnknownStackIsAnErrorThatNamesTheKnownOnes) {
  const auto key = ImageKey("etch");
  ASSERT_FALSE(key.ok());
  EXPECT_THAT(key.error().ToString(), HasSubstr("no such stack"));
  for (const std::string& stack : KnownStacks())
    EXPECT_THAT(key.error().ToString(), HasSubstr(stack));
  EXPECT_THAT(KnownStacks(), Contains(kDefaultStack));
}

}  // namespace
}  // namespace dualpath::lab
