// Every input of the corpora, among them all that fuzzing has found, on every machine: fuzzing
// needs clang.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>

#include "ci/fuzzing/targets.h"
#include "helpers/base/file.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::fuzzing {

void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::Not;

class Corpus : public ::testing::TestWithParam<Target> {};

TEST_P(Corpus, IsParsedAsPromised) {
  const Target target = GetParam();
  EXPECT_OK(target.run(""));
  std::vector<std::string> seen;
  const fs::path corpus = fs::path(DUALPATH_SOURCE_DIRECTORY) / "ci/fuzzing/corpus" / target.name;
  for (const auto& entry : fs::directory_iterator(corpus)) {
    const auto input = ReadFile(entry.path().string());
    ASSERT_OK(input);
    EXPECT_OK(target.run(*input)) << entry.path();
    seen.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(seen, Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(All, Corpus, ::testing::ValuesIn(kTargets),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace dualpath::fuzzing
