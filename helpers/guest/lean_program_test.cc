#include "helpers/guest/lean_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/libraries.h"
#include "helpers/process/process.h"

namespace dualpath::guest {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

/// Built in the directory of the unit tests' program.
std::string ProgramThatAsksForMuch() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string() +
         "/dualpath_asks_for_much";
}

bool IsUnneeded(const std::string& soname) { return soname == "libdualpath_unneeded.so"; }

class LeanProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto read = ReadFile(ProgramThatAsksForMuch());
    ASSERT_TRUE(read.ok()) << read.error().ToString();
    elf_ = *read;
  }

  std::string Keep(const std::string& content) const {
    const std::string path = directory_.path() + "/program";
    EXPECT_TRUE(WriteFileAtomically(path, content).ok());
    EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
    return path;
  }

  static process::Output Run(const std::vector<std::string>& argv) {
    const auto output = process::Execute({argv}, Deadline::In(std::chrono::seconds(20)));
    EXPECT_TRUE(output.ok()) << output.error().ToString();
    return output.ok() ? *output : process::Output{};
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string elf_;
};

TEST_F(LeanProgramTest, RunsWithoutTheLibraryThatItDoesNotCall) {
  ASSERT_EQ(Run({ProgramThatAsksForMuch(), "call"}).exit.code, 3) << "with the library";
  const auto lean = WithoutLibraries(elf_, "program", IsUnneeded);
  ASSERT_TRUE(lean.ok()) << lean.error().ToString();
  EXPECT_EQ(lean->size(), elf_.size());
  const std::string program = Keep(*lean);
  EXPECT_EQ(Run({program}).exit.ToString(), "exit status 0");

  const process::Output called = Run({program, "call"});
  EXPECT_EQ(called.exit.code, 127);
  EXPECT_THAT(called.err, HasSubstr("undefined symbol: DualpathUnneeded"));
}

TEST_F(LeanProgramTest, DoesNotNeedTheLibrary) {
  const auto lean = WithoutLibraries(elf_, "program", IsUnneeded);
  ASSERT_TRUE(lean.ok()) << lean.error().ToString();
  const auto libraries = process::LibrariesOf(Keep(*lean), Deadline::In(std::chrono::seconds(20)));
  ASSERT_TRUE(libraries.ok()) << libraries.error().ToString();
  EXPECT_THAT(*libraries, Contains(HasSubstr("libc.so.6")));
  EXPECT_THAT(*libraries, Each(Not(HasSubstr("unneeded"))));
}

TEST_F(LeanProgramTest, KeepsAllOtherLibraries) {
  const auto same = WithoutLibraries(elf_, "program", [](const std::string&) { return false; });
  ASSERT_TRUE(same.ok()) << same.error().ToString();
  EXPECT_EQ(Run({Keep(*same), "call"}).exit.code, 3);
}

TEST_F(LeanProgramTest, RefusesOtherFiles) {
  for (const std::string& odd :
       {std::string(), std::string("#!/bin/sh\n"), std::string(100, 'x')}) {
    const auto refused = WithoutLibraries(odd, "/bin/odd", IsUnneeded);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().ToString(),
              "leave libraries out of: /bin/odd: not a 64-bit little-endian ELF program");
  }
}

TEST_F(LeanProgramTest, RefusesATruncatedProgram) {
  for (const std::size_t bytes : {std::size_t{64}, std::size_t{200}, elf_.size() / 4}) {
    const auto refused = WithoutLibraries(elf_.substr(0, bytes), "/bin/half", IsUnneeded);
    ASSERT_FALSE(refused.ok()) << bytes;
    EXPECT_THAT(refused.error().ToString(), HasSubstr("leave libraries out of: /bin/half: "));
  }
}

TEST_F(LeanProgramTest, DoesNotLeaveOutTheCLibrary) {
  const auto refused = WithoutLibraries(elf_, "program", [](const std::string&) { return true; });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(),
            "no library with symbol versions would be left, not even libc");
}

}  // namespace
}  // namespace dualpath::guest
