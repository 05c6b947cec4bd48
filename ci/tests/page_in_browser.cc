#include "ci/tests/page_in_browser.h"

#include <cstdlib>

#include "helpers/base/file.h"
#include "helpers/host/requirements.h"

namespace dualpath::tests {

namespace {

using nlohmann::json;

Browser* open_browser = nullptr;

}  // namespace

Browser& PageInBrowser::browser() { return *open_browser; }

void PageInBrowser::TearDownTestSuite() {
  if (open_browser == nullptr) return;
  EXPECT_TRUE(browser().Close(Soon()).ok());
  delete open_browser;
  open_browser = nullptr;
}

void PageInBrowser::SetUp() {
  if (const auto missing = host::Requirements().Program("chromedriver")) {
    // On CI no check may be skipped.
    if (std::getenv("CI") != nullptr || std::getenv("GITHUB_ACTIONS") != nullptr) {
      FAIL() << *missing;
    }
    GTEST_SKIP() << *missing;
  }
  // Not in SetUpTestSuite, whose failure gtest reports as skipped tests.
  if (open_browser == nullptr) {
    auto started = Browser::Start(Deadline::In(std::chrono::seconds(60)));
    ASSERT_TRUE(started.ok()) << started.error().ToString();
    open_browser = new Browser(*std::move(started));
  }
  auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  directory_.emplace(*std::move(directory));
}

void PageInBrowser::Open(const std::string& file, const std::string& page) {
  ASSERT_TRUE(WriteFileAtomically(file, page).ok());
  const Status opened = browser().Open(file, Soon());
  ASSERT_TRUE(opened.ok()) << opened.error().ToString();
}

json PageInBrowser::Get(const std::string& expression) {
  auto value = browser().Evaluate("return " + expression, Soon());
  EXPECT_TRUE(value.ok()) << value.error().ToString();
  return value.ok() ? *std::move(value) : json();
}

Observable<json> PageInBrowser::Value(const std::string& expression) {
  return {expression, [expression] { return browser().Evaluate("return " + expression, Soon()); }};
}

int PageInBrowser::GetInt(const std::string& expression) {
  const json value = Get("Math.round(" + expression + ")");
  return value.is_number() ? value.get<int>() : -1;
}

std::string PageInBrowser::GetText(const std::string& selector) {
  const json value = Get("document.querySelector('" + selector + "').textContent");
  return value.is_string() ? value.get<std::string>() : "";
}

std::vector<std::string> PageInBrowser::ConsoleMessages() {
  auto messages = browser().ConsoleMessages(Soon());
  EXPECT_TRUE(messages.ok()) << messages.error().ToString();
  return messages.ok() ? *std::move(messages) : std::vector<std::string>();
}

}  // namespace dualpath::tests
