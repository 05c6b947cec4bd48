#include "helpers/lio/reservation_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lio {
namespace {

namespace fs = std::filesystem;

class ReservationStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.error().ToString();
    directory_.emplace(std::move(*directory));
    configfs_.emplace(directory_->path() + "/config");
    ASSERT_TRUE(WriteFileAtomically(configfs_->root() + "/dbroot", Root() + "\n").ok());
  }
  std::string Root() const { return directory_->path() + "/target"; }
  ReservationStore Store() const { return ReservationStore(*configfs_); }

  std::optional<TemporaryDirectory> directory_;
  std::optional<ConfigFs> configfs_;
};

TEST_F(ReservationStoreTest, IsBelowTheKernelsDbroot) {
  EXPECT_EQ(Store().Directory(), Root() + "/pr");
  EXPECT_EQ(ReservationStore(ConfigFs(directory_->path())).Directory(), "/var/target/pr");
}

TEST_F(ReservationStoreTest, IsCreatedOnceAndRemoved) {
  EXPECT_TRUE(*Store().Create());
  EXPECT_FALSE(*Store().Create()) << "it exists";
  EXPECT_TRUE(fs::is_directory(Root() + "/pr"));
  Store().Remove();
  EXPECT_FALSE(fs::exists(Root()));
}

TEST_F(ReservationStoreTest, ForgetsOneUnitOnly) {
  ASSERT_TRUE(Store().Create().ok());
  ASSERT_TRUE(WriteFileAtomically(Root() + "/pr/aptpl_ours", "x").ok());
  ASSERT_TRUE(WriteFileAtomically(Root() + "/pr/aptpl_theirs", "x").ok());
  EXPECT_TRUE(Store().Forget("ours").ok());
  EXPECT_TRUE(Store().Forget("ours").ok()) << "a missing file is not an error";
  EXPECT_FALSE(fs::exists(Root() + "/pr/aptpl_ours"));
  Store().Remove();
  EXPECT_TRUE(fs::exists(Root() + "/pr/aptpl_theirs"));
}

TEST_F(ReservationStoreTest, NamesTheDirectoryThatCannotBeCreated) {
  ASSERT_TRUE(WriteFileAtomically(Root(), "not a directory").ok());
  const auto made = Store().Create();
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().ToString(),
            "create the reservation directory: " + Root() + "/pr: Not a directory (errno 20)");
}

}  // namespace
}  // namespace dualpath::lio
