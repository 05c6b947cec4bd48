#include "helpers/lab/rig_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

TEST(RigHint, IsEmptyUntilACaseHasRequestedARig) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const Cache cache = *Cache::Open(directory.path());
  const RigHint hint(cache, "NoPathRetryFail.FailsIoAtOnce");
  EXPECT_EQ(hint.Get(), "");
  ASSERT_TRUE(hint.Set("{\"naa\":[]}").ok());
  EXPECT_EQ(RigHint(cache, "NoPathRetryFail.FailsIoAtOnce").Get(), "{\"naa\":[]}");
  EXPECT_EQ(RigHint(cache, "Failover.Ten").Get(), "");
  ASSERT_TRUE(hint.Set("").ok());
  EXPECT_EQ(hint.Get(), "");
}

}  // namespace
}  // namespace dualpath::lab
