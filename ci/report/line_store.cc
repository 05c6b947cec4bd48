#include "ci/report/line_store.h"

#include <algorithm>
#include <utility>

namespace dualpath::report {

void LineStore::Add(StoredLine line) {
  Kind& kind = line.plain ? plain_ : changes_;
  if (kind.seen++ % kind.stride != 0) return;
  ++kind.kept;
  lines_.push_back(std::move(line));
  while (lines_.size() > most_) {
    // A few plain lines between many changes would be halved for nothing.
    constexpr std::uint64_t kWorthHalving = 8;
    Halve(plain_.kept * kWorthHalving >= most_);
  }
}

void LineStore::Halve(bool plain) {
  Kind& kind = plain ? plain_ : changes_;
  kind.stride *= 2;
  std::uint64_t ordinal = 0;
  const auto end = std::remove_if(lines_.begin(), lines_.end(), [&](const StoredLine& line) {
    return line.plain == plain && ordinal++ % 2 != 0;
  });
  kind.kept -= static_cast<std::uint64_t>(lines_.end() - end);
  lines_.erase(end, lines_.end());
}

}  // namespace dualpath::report
