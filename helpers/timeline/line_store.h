#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "helpers/timeline/log_entry.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// A line of a log that has a lane, before its time is known for certain.
struct StoredLine {
  std::size_t source = 0;  ///< which file
  Stamp::Kind clock = Stamp::Kind::kDate;
  /// On `clock`: microseconds since 1970 or since boot; for kNoYear those of `YearlessTime`. Later,
  /// when all has been read, on the timeline's clock.
  std::int64_t time_us = 0;
  std::int64_t resolution_us = 1;
  timeline::Lane lane = timeline::Lane::kCase;
  const char* kind = "line";
  bool plain = true;          ///< it tells of no change: the first to go when there is too much
  std::uint64_t ordinal = 0;  ///< among its like; the store's own
  std::string text;
};

/// Keeps what is read within bounds. Once there are more than `most` lines, half of the plain ones
/// go and from then on only one of two is taken, one of four, and so on; if plain lines are not
/// enough, the same befalls the others. Which ones is as good as random, but the same every time:
/// a failure and its recovery take turns, and every second line would be all of one kind.
class LineStore {
 public:
  explicit LineStore(std::size_t most) : most_(most) {}

  void Add(StoredLine line);

  std::vector<StoredLine>& lines() { return lines_; }
  std::uint64_t plain_left_out() const { return plain_.seen - plain_.kept; }
  std::uint64_t changes_left_out() const { return changes_.seen - changes_.kept; }

 private:
  struct Kind {
    std::uint64_t seen = 0;
    std::uint64_t kept = 0;
    std::uint64_t stride = 1;  ///< a power of two
  };

  void Halve(bool plain);

  std::size_t most_;
  Kind plain_;
  Kind changes_;
  std::vector<StoredLine> lines_;
};

}  // namespace dualpath::timeline
