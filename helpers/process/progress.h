#pragma once

#include <chrono>
#include <string>

namespace dualpath::process {

/// Logs to standard error, from the level in DUALPATH_LOG on (default: info).
void LogToStandardError();

/// A stage of a long preparation. Logs its start, and at its end its duration, to standard error,
/// since standard output is reserved for the case.
class Stage {
 public:
  explicit Stage(std::string what);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

 private:
  std::string what_;
  std::chrono::steady_clock::time_point begun_;
};

/// Returns the seconds since `begun`.
double SecondsSince(std::chrono::steady_clock::time_point begun);

}  // namespace dualpath::process
