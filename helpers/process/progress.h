#pragma once

#include <chrono>
#include <string>

namespace dualpath::process {

/// What is logged from now on goes to standard error, from the level that DUALPATH_LOG says on.
void LogToStandardError();

/// A stage of a long preparation: says what begins, and how long it took when it ends.
/// Written to standard error, so that standard output stays the case's own.
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

/// Seconds since `begun`.
double SecondsSince(std::chrono::steady_clock::time_point begun);

}  // namespace dualpath::process
