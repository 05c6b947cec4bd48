#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "helpers/timeline/log_entry.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// A line of a log that has a lane, before its time is final.
struct StoredLine {
  std::size_t source = 0;  ///< number of the file
  Stamp::Kind clock = Stamp::Kind::kDate;
  /// Time on `clock`: microseconds since 1970 or since boot; for kNoYear a YearlessTime's key.
  /// Once all files are read: time on the timeline's clock.
  std::int64_t time_us = 0;
  std::int64_t resolution_us = 1;
  Lane lane = Lane::kCase;
  const char* kind = "line";
  bool uninteresting = true;  ///< reports no change; dropped first when there are too many lines
  std::uint64_t ordinal = 0;  ///< number among lines of equal `uninteresting`; set by LineStore
  std::string text;
};

/// Stores lines up to a limit. Once there are more than `most` lines, half of the uninteresting
/// ones are dropped, and from then on only one in two is stored, then one in four, and so on; if
/// that is not enough, lines that report a change are dropped the same way. The choice is
/// pseudo-random, but reproducible: a failure and its recovery alternate, so taking every second
/// line would keep only one of the two.
class LineStore {
 public:
  explicit LineStore(std::size_t most) : most_(most) {}

  void Add(StoredLine line);

  std::vector<StoredLine>& lines() { return lines_; }
  std::uint64_t uninteresting_left_out() const { return uninteresting_.seen - uninteresting_.kept; }
  std::uint64_t changes_left_out() const { return changes_.seen - changes_.kept; }

 private:
  struct Kind {
    std::uint64_t seen = 0;
    std::uint64_t kept = 0;
    std::uint64_t stride = 1;  ///< a power of two
  };

  void Halve(bool uninteresting);

  std::size_t most_;
  Kind uninteresting_;
  Kind changes_;
  std::vector<StoredLine> lines_;
};

}  // namespace dualpath::timeline
