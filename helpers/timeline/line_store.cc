#include "helpers/timeline/line_store.h"

#include <algorithm>
#include <utility>

namespace dualpath::timeline {
namespace {

/// Mixes the ordinal as SplitMix64 does. What is taken at a stride is also taken at half of it.
bool IsTaken(std::uint64_t ordinal, std::uint64_t stride) {
  std::uint64_t mixed = (ordinal + 1) * 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return ((mixed ^ (mixed >> 31U)) & (stride - 1)) == 0;
}

}  // namespace

void LineStore::Add(StoredLine line) {
  Kind& kind = line.uninteresting ? uninteresting_ : changes_;
  line.ordinal = kind.seen++;
  if (!IsTaken(line.ordinal, kind.stride)) return;
  ++kind.kept;
  lines_.push_back(std::move(line));
  while (lines_.size() > most_) {
    // Halving a few uninteresting lines among many changes would gain nothing.
    constexpr std::uint64_t kWorthHalving = 8;
    Halve(uninteresting_.kept * kWorthHalving >= most_);
  }
}

void LineStore::Halve(bool uninteresting) {
  Kind& kind = uninteresting ? uninteresting_ : changes_;
  kind.stride *= 2;
  const auto end = std::remove_if(lines_.begin(), lines_.end(), [&](const StoredLine& line) {
    return line.uninteresting == uninteresting && !IsTaken(line.ordinal, kind.stride);
  });
  kind.kept -= static_cast<std::uint64_t>(lines_.end() - end);
  lines_.erase(end, lines_.end());
}

}  // namespace dualpath::timeline
