#include "ci/dualpath/gtest_variables.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace dualpath::cli {
namespace {

constexpr std::array<const char*, 7> kForCases = {"GTEST_ALSO_RUN_DISABLED_TESTS",
                                                  "GTEST_BREAK_ON_FAILURE",
                                                  "GTEST_CATCH_EXCEPTIONS",
                                                  "GTEST_COLOR",
                                                  "GTEST_PRINT_TIME",
                                                  "GTEST_RANDOM_SEED",
                                                  "GTEST_SHUFFLE"};

/// Returns whether gtest reads the variable; TESTBRIDGE_TEST_ONLY is Bazel's filter.
bool IsOfGtest(const std::string& name) {
  return name.rfind("GTEST_", 0) == 0 || name == "TESTBRIDGE_TEST_ONLY";
}

}  // namespace

bool IsForCases(const std::string& name) {
  return !IsOfGtest(name) || std::any_of(kForCases.begin(), kForCases.end(),
                                         [&](const char* each) { return name == each; });
}

void ForgetGtestVariables() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    names.push_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) {
    if (!IsForCases(name)) ::unsetenv(name.c_str());
  }
}

}  // namespace dualpath::cli
