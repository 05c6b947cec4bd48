#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::observe {

/// A line of some log, on the clock that all logs of this machine share.
struct LogMessage {
  std::string source;             ///< "kernel", or the syslog identifier: "multipathd"
  std::int64_t monotonic_us = 0;  ///< CLOCK_MONOTONIC, microseconds
  std::string text;

  /// "[   12.345678] multipathd: mpatha: Entering recovery mode: max_retries=10".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const LogMessage& record) {
  return out << record.ToString();
}

/// Yields what is new since it was called last, without blocking.
using LogSource = std::function<Result<std::vector<LogMessage>>()>;

/// Gathers everything that its sources have logged since it was made.
///
/// Records are never moved or dropped, so that a mark stays good: they are in order of time within
/// one refresh, and in order of arrival between two.
class LogFollower {
 public:
  /// Where in `records()` something begins.
  using Mark = std::size_t;

  void AddSource(LogSource source) { sources_.push_back(std::move(source)); }

  /// Takes in what is new. A failing source does not keep the others from being read.
  Status Refresh();

  const std::vector<LogMessage>& records() const { return records_; }

  /// The records from `mark` on, as of the last refresh.
  std::vector<LogMessage> Since(Mark mark) const;

  /// Refreshes; `Since` the mark is then what is logged after this call.
  Result<Mark> MarkNow();

 private:
  std::vector<LogSource> sources_;
  std::vector<LogMessage> records_;
};

}  // namespace dualpath::observe
