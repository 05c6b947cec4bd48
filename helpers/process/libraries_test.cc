#include "helpers/process/libraries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"

namespace dualpath::process {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Deadline Soon() { return Deadline::In(std::chrono::seconds(30)); }

class LibrariesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (FindProgram("ldd").empty()) GTEST_SKIP() << "ldd is not installed";
  }
};

TEST_F(LibrariesTest, AreTheLoaderAndTheLoadedLibraries) {
  const auto libraries = LibrariesOf("/bin/true", Soon());
  ASSERT_TRUE(libraries.ok()) << libraries.error().ToString();
  EXPECT_THAT(*libraries, Contains(HasSubstr("/libc.so.6")));
  EXPECT_EQ(std::count_if(libraries->begin(), libraries->end(), IsLoader), 1);
}

TEST_F(LibrariesTest, AreEmptyForAStaticProgram) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok()) << directory.error().ToString();
  const std::string script = directory->path() + "/script";
  ASSERT_TRUE(WriteFileAtomically(script, "#!/bin/sh\n").ok());
  const auto libraries = LibrariesOf(script, Soon());
  ASSERT_TRUE(libraries.ok()) << libraries.error().ToString();
  EXPECT_THAT(*libraries, IsEmpty());
}

TEST(Loader, IsRecognizedByName) {
  EXPECT_TRUE(IsLoader("/lib64/ld-linux-x86-64.so.2"));
  EXPECT_TRUE(IsLoader("ld-linux-aarch64.so.1"));
  EXPECT_FALSE(IsLoader("/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_FALSE(IsLoader("/ld-linux-tools/libm.so.6"));
}

}  // namespace
}  // namespace dualpath::process
