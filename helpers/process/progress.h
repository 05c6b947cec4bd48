#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace dualpath::process {

/// Logs to standard error, from the level in DUALPATH_LOG on (default: info).
void LogToStandardError();

/// A stage of a long preparation. Logs its start, and at its end its duration, to standard error,
/// since standard output is reserved for the case. In between it says that it is still running, so
/// that nobody takes it for a hang: on a terminal in place, in a log every half minute. Of stages
/// in each other, the innermost does.
///
/// What goes to a log is also appended to the file in DUALPATH_PROGRESS, if set: ctest shows the
/// output of a test only at its end, and ci/cases prints that file meanwhile.
class Stage {
 public:
  enum class Announce { kBeginAndEnd, kNothing };

  /// `usual` is about how long it takes on a quiet machine with two CPUs; 0 if that says nothing.
  /// With `Announce::kNothing`, says only that it is still running.
  explicit Stage(std::string what, std::chrono::seconds usual = std::chrono::seconds(0),
                 Announce announce = Announce::kBeginAndEnd);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

 private:
  void ReportUntilEnd();

  std::string what_;
  std::chrono::seconds usual_;
  Announce announce_;
  std::chrono::steady_clock::time_point begun_;
  bool ended_ = false;  // guarded by mutex_
  std::mutex mutex_;
  std::condition_variable end_;
  std::thread reporter_;
};

/// Returns after how long a stage reports next: on a terminal from the fifth second on, every
/// second, and otherwise every half minute.
std::chrono::seconds NextReport(std::chrono::seconds elapsed, bool in_place);

/// "boot the lab: 35 s so far, usually some 20 s; this machine is slower, or busy".
std::string ReportOf(const std::string& what, std::chrono::seconds elapsed,
                     std::chrono::seconds usual);

/// Says it in the log, and in the file in DUALPATH_PROGRESS, if set.
void ReportToLog(const std::string& report);

/// Removes what a stage has written in place on the terminal, for a message of another kind.
void ClearProgress();

/// Returns the seconds since `begun`.
double SecondsSince(std::chrono::steady_clock::time_point begun);

}  // namespace dualpath::process
