#include "ci/dualpath/image_actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <utility>

#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_image.h"

namespace dualpath::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class ImageActionsTest : public ::testing::Test {
 protected:
  std::string Listed() {
    std::ostringstream out;
    EXPECT_TRUE(ListImages(cache_, std::time(nullptr), out).ok());
    return out.str();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  lab::Cache cache_ = *lab::Cache::Open(directory_.path());
  const std::string key_ = *lab::ImageKey("trixie");
  std::ostringstream out_;
};

TEST_F(ImageActionsTest, ListPrintsTheFourVersionsOfABuiltStack) {
  lab::Age(*lab::AddFakeImage(cache_, key_), 31);
  EXPECT_THAT(Listed(), ContainsRegex("trixie +6.12.57-1 +0.11.1-2 +10.0.13\\+ds-0\\+deb13u1 +"
                                      "11.3.0-3 +31 days +0 MiB  " +
                                      key_ + "-0123456789ab\n"));
}

TEST_F(ImageActionsTest, ListPrintsWhatIsNotBuilt) {
  const std::string listed = Listed();
  for (const std::string& stack : lab::KnownStacks()) {
    EXPECT_THAT(listed, ContainsRegex(stack + " +not built\n"));
  }
}

/// Adds an image as images/lab/derive leaves it.
void AddDerived(const lab::Cache& cache, const std::string& key) {
  const auto added =
      cache.Get(lab::kDerivedKind, key, 0, [](const std::string& directory) -> Status {
        for (const auto& [name, content] :
             {std::pair("/packages", lab::kFakePackages),
              std::pair("/versions", "linux-image-amd64\t6.19.0-mine\n"),
              std::pair(
                  "/own.json",
                  R"({"base": "trixie-0-1", "kernel": "/src/linux", "overlays": ["/tmp/q"]})"),
              std::pair("/id", "fedcba987654\n")}) {
          DUALPATH_TRY_STATUS(WriteFileAtomically(directory + name, content));
        }
        return Ok{};
      });
  ASSERT_TRUE(added.ok()) << added.error().ToString();
}

TEST_F(ImageActionsTest, AnImageWithTheUsersPartsHasALineAndIsShownByItsKey) {
  AddDerived(cache_, "trixie-012345678901");
  EXPECT_THAT(Listed(), ContainsRegex("trixie\\+own +6.19.0-mine +0.11.1-2 +10.0.13.* "
                                      "trixie-012345678901-fedcba987654\n"));
  for (const char* key : {"trixie-012345678901", "trixie-012345678901-fedcba987654"}) {
    std::ostringstream shown;
    ASSERT_TRUE(ShowImage(cache_, key, std::time(nullptr), shown).ok()) << key;
    EXPECT_THAT(shown.str(),
                AllOf(ContainsRegex("derived from +trixie-0-1"),
                      ContainsRegex("own kernel +/src/linux"), ContainsRegex("own overlay +/tmp/q"),
                      ContainsRegex("linux-image-amd64 +6.19.0-mine")));
  }
}

TEST_F(ImageActionsTest, ShowPrintsWhereAndWhatItIs) {
  const auto image = lab::AddFakeImage(cache_, key_);
  ASSERT_TRUE(image.ok());
  ASSERT_TRUE(ShowImage(cache_, "trixie", std::time(nullptr), out_).ok());
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr(image->directory()), HasSubstr(key_ + "-0123456789ab"),
                    ContainsRegex("built +20..-..-.. ..:.. UTC, 0 days ago"),
                    ContainsRegex("qemu-system-x86 +1:10.0.13"), ContainsRegex("fio +-\n")));
}

TEST_F(ImageActionsTest, ShowSaysHowToBuildWhatIsNotBuilt) {
  const Status shown = ShowImage(cache_, "sid", 0, out_);
  ASSERT_FALSE(shown.ok());
  EXPECT_THAT(shown.error().ToString(), HasSubstr("`dualpath image build sid`"));
}

TEST_F(ImageActionsTest, PruneSaysWhatItRemoved) {
  ASSERT_TRUE(lab::AddFakeImage(cache_, "trixie-000000000000").ok());
  ASSERT_TRUE(PruneImages(cache_, {}, out_).ok());
  EXPECT_EQ(out_.str(),
            "removed image-trixie-000000000000 (0 MiB): no recipe refers to it\n0 MiB freed\n");
}

TEST_F(ImageActionsTest, PruneSaysWhatIsInUse) {
  const auto used = lab::AddFakeImage(cache_, "trixie-000000000000");
  ASSERT_TRUE(PruneImages(cache_, {}, out_).ok());
  EXPECT_THAT(out_.str(), HasSubstr("in use, kept: image-trixie-000000000000"));
}

TEST_F(ImageActionsTest, PruneSaysThatNothingIsToBeRemoved) {
  ASSERT_TRUE(PruneImages(cache_, {}, out_).ok());
  EXPECT_EQ(out_.str(), "nothing to remove\n");
}

}  // namespace
}  // namespace dualpath::cli
