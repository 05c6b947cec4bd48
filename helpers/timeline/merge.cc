#include "helpers/timeline/merge.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "helpers/timeline/durations.h"

namespace dualpath::timeline {
namespace {

/// Returns whether `line` belongs to the same spread as `first`. Marks (lane "case") are spread
/// apart from lines: a mark stays with the line after it.
bool SharesSecond(const StoredLine& line, const StoredLine& first) {
  return line.time_us == first.time_us && line.source == first.source &&
         (line.lane == Lane::kCase) == (first.lane == Lane::kCase);
}

}  // namespace

bool SpreadWithinSeconds(std::vector<StoredLine>& lines) {
  bool spread = false;
  for (std::size_t begin = 0; begin < lines.size();) {
    const StoredLine& first = lines[begin];
    std::size_t end = begin + 1;
    while (end < lines.size() && SharesSecond(lines[end], first)) ++end;
    const auto count = static_cast<std::int64_t>(end - begin);
    const bool is_whole = first.clock != Stamp::Kind::kSinceBoot && first.time_us % kSecond == 0;
    if (is_whole && count > 1 && first.resolution_us == kSecond) spread = true;
    for (std::size_t i = begin; is_whole && i < end; ++i) {
      lines[i].time_us += static_cast<std::int64_t>(i - begin) * lines[i].resolution_us / count;
    }
    begin = end;
  }
  return spread;
}

void MergeByTime(std::vector<StoredLine>& lines) {
  struct Run {
    std::size_t next;
    std::size_t end;
  };
  std::vector<Run> runs;  // one for each file
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 0 || lines[i].source != lines[i - 1].source) runs.push_back({i, i});
    ++runs.back().end;
  }
  if (runs.size() < 2) return;
  std::set<std::pair<std::int64_t, std::size_t>> heads;  // time of the next line, run
  for (std::size_t i = 0; i < runs.size(); ++i) heads.emplace(lines[runs[i].next].time_us, i);
  std::vector<StoredLine> merged;
  merged.reserve(lines.size());
  while (!heads.empty()) {
    const std::size_t i = heads.begin()->second;
    heads.erase(heads.begin());
    Run& run = runs[i];
    merged.push_back(std::move(lines[run.next]));
    if (++run.next < run.end) heads.emplace(lines[run.next].time_us, i);
  }
  lines = std::move(merged);
}

void RemoveDuplicates(std::vector<StoredLine>& lines) {
  constexpr std::int64_t kMostApart = 2 * kSecond;
  struct Seen {
    std::int64_t time_us;
    std::size_t source;
  };
  std::unordered_map<std::string, Seen> last_of_text;
  const auto end = std::remove_if(lines.begin(), lines.end(), [&](const StoredLine& line) {
    if (line.lane != Lane::kKernel) return false;
    const auto [known, is_new] = last_of_text.emplace(line.text, Seen{line.time_us, line.source});
    if (is_new) return false;
    Seen& last = known->second;
    const bool is_duplicate =
        last.source != line.source && std::llabs(line.time_us - last.time_us) <= kMostApart;
    if (!is_duplicate) last = {line.time_us, line.source};
    return is_duplicate;
  });
  lines.erase(end, lines.end());
}

}  // namespace dualpath::timeline
