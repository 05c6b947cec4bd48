#include "helpers/lab/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

using ::testing::HasSubstr;

class IdentityOfTest : public ::testing::Test {
 protected:
  std::string Identity(const std::string& key = "trixie-1",
                       Accelerator accelerator = Accelerator::kTcg) const {
    const Image image = {*cache_.Get("image", "trixie", 0, MakeImage),
                         *cache_.Get("qemu", "any", 0, MakeQemu), key, accelerator};
    const auto identity = IdentityOf(image);
    return identity.ok() ? *identity : identity.error().ToString();
  }

 private:
  static Status MakeImage(const std::string& directory) {
    return WriteFileAtomically(directory + "/disk.raw", "disk\n");
  }
  static Status MakeQemu(const std::string& directory) {
    return WriteFileAtomically(directory + "/version", "QEMU emulator version 10.0.8\n");
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path());
};

TEST_F(IdentityOfTest, CoversQemuAndImage) {
  EXPECT_THAT(Identity(), HasSubstr("QEMU emulator version 10.0.8"));
  EXPECT_NE(Identity("trixie-2"), Identity());
}

TEST_F(IdentityOfTest, DiffersBetweenAccelerators) {
  EXPECT_NE(Identity("trixie-1", Accelerator::kKvm), Identity());
}

}  // namespace
}  // namespace dualpath::lab
