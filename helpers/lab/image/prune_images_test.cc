#include "helpers/lab/image/prune_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/fake_image.h"

namespace dualpath::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PruneImagesTest : public ::testing::Test {
 protected:
  /// Adds an image and releases it.
  void AddImage(const std::string& recipe) { ASSERT_TRUE(AddFakeImage(cache_, recipe).ok()); }

  void AddSnapshot(const std::string& key, const std::string& image) {
    ASSERT_TRUE(
        cache_
            .Get("rig", key, 0,
                 [&](const std::string& directory) { return RecordImageOf(directory, image); })
            .ok());
  }

  void AddEntry(const std::string& kind, const std::string& key) {
    ASSERT_TRUE(cache_
                    .Get(kind, key, 0,
                         [&](const std::string& directory) {
                           return WriteFileAtomically(directory + "/file", "content\n");
                         })
                    .ok());
  }

  /// Prunes and returns the names of the removed entries.
  std::vector<std::string> Removed(int older_than_days = std::numeric_limits<int>::max()) {
    const auto pruned = PruneImages(cache_, {older_than_days, std::time(nullptr)});
    EXPECT_TRUE(pruned.ok()) << pruned.error().ToString();
    std::vector<std::string> names;
    for (const Pruned& entry : *pruned) {
      if (entry.removed) names.push_back(entry.name);
      EXPECT_EQ(entry.removed, !std::filesystem::exists(cache_.root() + "/" + entry.name));
    }
    return names;
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path());
  const std::string current_ = *ImageKey("trixie");
};

TEST_F(PruneImagesTest, KeepsWhatTheRecipesReferTo) {
  AddImage(current_);
  AddSnapshot("1", current_ + "-0123456789ab");
  AddEntry("qemu", *QemuKey());
  AddEntry("payload", "1");
  EXPECT_THAT(Removed(), IsEmpty());
}

TEST_F(PruneImagesTest, RemovesOutdatedImagesAndTheirSnapshots) {
  AddImage("trixie-000000000000");
  AddSnapshot("1", "trixie-000000000000-0123456789ab");
  AddEntry("qemu", "000000000000");
  EXPECT_THAT(Removed(), ElementsAre("image-trixie-000000000000", "qemu-000000000000", "rig-1"));
}

TEST_F(PruneImagesTest, RemovesSnapshotsOfAnEarlierBuild) {
  AddImage(current_);
  AddSnapshot("1", current_ + "-ffffffffffff");
  EXPECT_THAT(Removed(), ElementsAre("rig-1"));
}

TEST_F(PruneImagesTest, RemovesOldImagesOnRequest) {
  Age(*AddFakeImage(cache_, current_), 8);
  EXPECT_THAT(Removed(), IsEmpty());
  EXPECT_THAT(Removed(8), IsEmpty());
  EXPECT_THAT(Removed(7), ElementsAre("image-" + current_));
}

TEST_F(PruneImagesTest, KeepsWhatIsInUse) {
  const auto used = AddFakeImage(cache_, "trixie-000000000000");
  ASSERT_TRUE(used.ok());
  AddSnapshot("1", "trixie-000000000000-0123456789ab");
  EXPECT_THAT(Removed(), IsEmpty()) << "the image is in use, and so its snapshots stay";
}

}  // namespace
}  // namespace dualpath::lab
