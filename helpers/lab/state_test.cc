#include "helpers/lab/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

using ::testing::SizeIs;

class KeysOfTest : public ::testing::Test {
 protected:
  std::vector<std::string> Keys(Accelerator accelerator = Accelerator::kTcg) const {
    const Image image = {*cache_.Get("image", "trixie", 0, MakeImage), "trixie-of-today",
                         accelerator};
    Step boot;
    boot.key = "boot";
    Step rig;
    rig.key = "rig";
    Steps steps;
    steps.push_back(std::move(boot));
    steps.push_back(std::move(rig));
    const auto keys = KeysOf(image, steps);
    EXPECT_TRUE(keys.ok()) << keys.error().ToString();
    return *keys;
  }

 private:
  static Status MakeImage(const std::string& directory) {
    return WriteFileAtomically(directory + "/qemu/version", "QEMU emulator version 10.0.8\n");
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path());
};

TEST_F(KeysOfTest, AreTheSameForTheSame) {
  EXPECT_THAT(Keys(), SizeIs(2));
  EXPECT_EQ(Keys(), Keys());
}

TEST_F(KeysOfTest, DifferWithTheAcceleratorFromTheFirstStateOn) {
  const std::vector<std::string> emulated = Keys(Accelerator::kTcg);
  const std::vector<std::string> on_kvm = Keys(Accelerator::kKvm);
  EXPECT_NE(emulated[0], on_kvm[0]);
  EXPECT_NE(emulated[1], on_kvm[1]);
}

}  // namespace
}  // namespace dualpath::lab
