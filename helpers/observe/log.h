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

/// A message of a log of this machine.
struct LogMessage {
  std::string source;             ///< "kernel", or the syslog identifier: "multipathd"
  std::int64_t monotonic_us = 0;  ///< CLOCK_MONOTONIC, microseconds
  std::string text;

  /// Returns "[   12.345678] multipathd: mpatha: Entering recovery mode: max_retries=10".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const LogMessage& message) {
  return out << message.ToString();
}

/// Prints "9 log lines": a failed expectation first says what is wrong with them.
void PrintTo(const std::vector<LogMessage>& messages, std::ostream* out);

/// Returns the messages since the last call, without blocking.
using LogSource = std::function<Result<std::vector<LogMessage>>()>;

/// Collects the messages of all sources.
///
/// Messages are sorted by time within one refresh, and appended to those of earlier ones, so that a
/// mark stays valid.
class LogFollower {
 public:
  /// An index into `messages()`.
  using Mark = std::size_t;

  void AddSource(LogSource source) { sources_.push_back(std::move(source)); }

  /// Reads new messages. The other sources are also read if one fails.
  Status Refresh();

  const std::vector<LogMessage>& messages() const { return messages_; }

  /// Returns the messages after `mark`, without a refresh.
  std::vector<LogMessage> Since(Mark mark) const;

  /// Refreshes, and returns a mark: messages after it are logged after this call.
  Result<Mark> MarkNow();

 private:
  std::vector<LogSource> sources_;
  std::vector<LogMessage> messages_;
};

}  // namespace dualpath::observe
