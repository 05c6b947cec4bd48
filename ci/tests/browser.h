#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"

namespace dualpath::tests {

/// A headless Chromium, controlled through ChromeDriver (W3C WebDriver).
class Browser {
 public:
  /// Starts the browser with a window of 1280 x 800.
  static Result<Browser> Start(Deadline deadline);

  /// Closes the browser, which otherwise outlives its driver.
  Status Close(Deadline deadline);

  /// Opens the file and waits until it is drawn.
  Status Open(const std::string& file, Deadline deadline);

  /// Runs `script` as the body of a function, such as "return document.title", and returns its
  /// value.
  Result<nlohmann::json> Evaluate(const std::string& script, Deadline deadline);

  /// Clicks the left button at a position in pixels of the window.
  Status Click(int x, int y, Deadline deadline);

  /// Turns the wheel; a negative delta turns it away from the user.
  Status Wheel(int x, int y, int delta, Deadline deadline);

  /// Presses a key: "f", or the WebDriver code of a key without a character.
  Status Press(const std::string& key, Deadline deadline);

  /// Returns the console messages since the last call: script errors, blocked requests, warnings.
  Result<std::vector<std::string>> ConsoleMessages(Deadline deadline);

 private:
  Browser(TemporaryDirectory directory, process::Background driver, std::string port)
      : directory_(std::move(directory)), driver_(std::move(driver)), port_(std::move(port)) {}

  Status OpenSession(Deadline deadline);

  /// Performs the actions of an input device, and returns when the page has handled them.
  Status Act(const nlohmann::json& device, Deadline deadline);

  Result<nlohmann::json> Post(const std::string& command, const nlohmann::json& body,
                              Deadline deadline) {
    return Request("POST", command, body.dump(), deadline);
  }
  Result<nlohmann::json> Request(const std::string& method, const std::string& command,
                                 const std::string& content, Deadline deadline);

  TemporaryDirectory directory_;  ///< the driver's log and the browser's profile
  process::Background driver_;
  std::string port_;
  std::string session_;  ///< "/session/ID"
};

}  // namespace dualpath::tests
