#include "ci/tests/exec_fixture.h"

#include <chrono>
#include <filesystem>
#include <utility>

#include "helpers/matchers/status_matchers.h"

namespace dualpath::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

constexpr std::chrono::minutes kLongestRun{12};  // includes making the program's snapshot

}  // namespace

void ExecTest::SetUp() {
  ASSERT_OK_AND_ASSIGN(TemporaryDirectory directory, TemporaryDirectory::Create());
  directory_.emplace(std::move(directory));
  fs::create_directory(Results());
  fs::create_directory(Temporary());
}

process::Command ExecTest::Exec(const std::string& test,
                                const std::vector<std::string>& options) const {
  process::Command command;
  command.argv = {DUALPATH_PROGRAM, "exec", "--results", Results()};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.argv.insert(command.argv.end(), {"--", DUALPATH_CASES, "--gtest_filter=" + test});
  command.environment = {{"TMPDIR", Temporary()}};
  return command;
}

Result<process::Output> ExecTest::Run(const std::string& test,
                                      const std::vector<std::string>& options) const {
  return process::Execute(Exec(test, options), Deadline::In(kLongestRun));
}

void ExecTest::ExpectVerdict(const std::string& test, const std::string& verdict,
                             const ::testing::Matcher<std::string>& message) const {
  ASSERT_OK_AND_ASSIGN(const Junit junit, ReadJunit(Results() + "/junit.xml"));
  ASSERT_EQ(junit.cases.size(), 1U);
  EXPECT_EQ(junit.cases[0].name, test);
  EXPECT_EQ(junit.cases[0].verdict, verdict) << junit.cases[0].message;
  EXPECT_THAT(junit.cases[0].message, message);
  EXPECT_EQ(junit.tests, 1);
  EXPECT_EQ(junit.failures, verdict == "failure" ? 1 : 0);
  EXPECT_EQ(junit.errors, verdict == "error" ? 1 : 0);
  EXPECT_EQ(junit.skipped, verdict == "skipped" ? 1 : 0);
}

void ExecTest::ExpectOnlyRegularFiles(const std::string& test) const {
  for (const auto& entry : fs::recursive_directory_iterator(DirectoryOf(test))) {
    const fs::file_type type = entry.symlink_status().type();
    EXPECT_TRUE(type == fs::file_type::regular || type == fs::file_type::directory) << entry.path();
  }
}

void ExecTest::ExpectNothingLeft() const {
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(Temporary())) {
    left.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(left, IsEmpty());
}

}  // namespace dualpath::tests
