#include "ci/results/stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

const Stack kStack = {"trixie",    "6.1.0-57-amd64", "0.9.4+own",
                      "1:10.0.13", "11.3.0-3",       {"kernel /tmp/k.deb", "append loglevel=7"}};

TEST(Stack, NamesVersionsAndWhatIsTheUsers) {
  EXPECT_EQ(ToText(kStack),
            "trixie: kernel 6.1.0-57-amd64, multipath-tools 0.9.4+own, QEMU 1:10.0.13, libvirt "
            "11.3.0-3; own kernel /tmp/k.deb; own append loglevel=7");
}

TEST(Stack, IsReadAsItWasWritten) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  ASSERT_TRUE(WriteStack(directory->path(), kStack).ok());
  const auto read = ReadStack(directory->path());
  ASSERT_TRUE(read);
  EXPECT_EQ(ToText(*read), ToText(kStack));
}

TEST(Stack, IsNoneIfTheFileIsMissingOrDamaged) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  EXPECT_FALSE(ReadStack(directory->path()));
  for (const char* damaged : {"", "[]", "{\"stack\": 1}", "{\"stack\": \"trixie\"}"}) {
    ASSERT_TRUE(WriteFileAtomically(directory->path() + "/stack.json", damaged).ok());
    EXPECT_FALSE(ReadStack(directory->path())) << damaged;
  }
}

}  // namespace
}  // namespace dualpath::results
