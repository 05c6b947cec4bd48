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

/// Chromium without a window, driven through ChromeDriver (W3C WebDriver). For tests of the page.
class Browser {
 public:
  /// A window of 1280 x 800.
  static Result<Browser> Start(Deadline deadline);

  /// Ends the browser, which outlives its driver otherwise.
  Status Close(Deadline deadline);

  /// Opens the file and waits until it has been drawn.
  Status Open(const std::string& file, Deadline deadline);

  /// What the body of a function returns: "return document.title".
  Result<nlohmann::json> Evaluate(const std::string& script, Deadline deadline);

  /// With the left button, in pixels of the window.
  Status Click(int x, int y, Deadline deadline);

  /// A turn of the wheel; negative: away from the user.
  Status Wheel(int x, int y, int delta, Deadline deadline);

  /// "f", or WebDriver's code of a key that has no character.
  Status Press(const std::string& key, Deadline deadline);

  /// What the console got since the last call: errors of scripts, refused requests, warnings.
  Result<std::vector<std::string>> Complaints(Deadline deadline);

 private:
  Browser(TemporaryDirectory directory, process::Background driver, std::string port)
      : directory_(std::move(directory)), driver_(std::move(driver)), port_(std::move(port)) {}

  Status OpenSession(Deadline deadline);

  /// Does what an input device does, and returns when the page has dealt with it.
  Status Act(const nlohmann::json& device, Deadline deadline);

  Result<nlohmann::json> Post(const std::string& command, const nlohmann::json& body,
                              Deadline deadline) {
    return Ask("POST", command, body.dump(), deadline);
  }
  Result<nlohmann::json> Ask(const std::string& method, const std::string& command,
                             const std::string& content, Deadline deadline);

  TemporaryDirectory directory_;  ///< of the driver's log and the browser's profile
  process::Background driver_;
  std::string port_;
  std::string session_;  ///< "/session/ID"
};

}  // namespace dualpath::tests
