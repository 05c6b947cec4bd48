#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ci/tests/browser.h"
#include "helpers/base/observable.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::tests {

/// A test of a page in a browser, which stays open for the whole suite. Skipped without
/// chromedriver.
class PageInBrowser : public ::testing::Test {
 protected:
  static void TearDownTestSuite();
  void SetUp() override;

  static Deadline Soon() { return Deadline::In(std::chrono::seconds(30)); }

  /// Writes the page to `file` and opens it.
  static void Open(const std::string& file, const std::string& page);

  /// Evaluates a JavaScript expression in the page.
  static nlohmann::json Get(const std::string& expression);
  static Observable<nlohmann::json> Value(const std::string& expression);
  static int GetInt(const std::string& expression);
  static std::string GetText(const std::string& selector);

  static std::vector<std::string> ConsoleMessages();

  static Browser& browser();

  std::optional<TemporaryDirectory> directory_;
};

}  // namespace dualpath::tests
