#include "ci/bisect/search.h"

#include <algorithm>
#include <optional>
#include <string>

namespace dualpath::bisect {
namespace {

const char* Describe(Judgement judgement) {
  if (judgement == Judgement::kUntestable) return "has no verdict";
  return judgement == Judgement::kGood ? "is good" : "is bad";
}

bool Contains(const std::vector<std::size_t>& versions, std::size_t version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

/// Returns the version nearest to the middle between both that may be testable.
std::optional<std::size_t> NextToTest(const Change& change) {
  const std::size_t middle = change.last_good + (change.first_bad - change.last_good) / 2;
  std::optional<std::size_t> nearest;
  const auto distance = [middle](std::size_t version) {
    return version > middle ? version - middle : middle - version;
  };
  for (std::size_t version = change.last_good + 1; version < change.first_bad; ++version) {
    if (Contains(change.untestable, version)) continue;
    if (!nearest || distance(version) < distance(*nearest)) nearest = version;
  }
  return nearest;
}

}  // namespace

Result<Change> FindChange(std::size_t count, const std::function<Judgement(std::size_t)>& test) {
  if (count < 2) return Error::Because("bisect", std::to_string(count) + " versions", "too few");
  if (const Judgement first = test(0); first != Judgement::kGood) {
    return Error::Because("bisect", "the good end", Describe(first));
  }
  if (const Judgement last = test(count - 1); last != Judgement::kBad) {
    return Error::Because("bisect", "the bad end", Describe(last));
  }
  Change change{0, count - 1, {}};
  while (const auto version = NextToTest(change)) {
    switch (test(*version)) {
      case Judgement::kGood:
        change.last_good = *version;
        break;
      case Judgement::kBad:
        change.first_bad = *version;
        break;
      case Judgement::kUntestable:
        change.untestable.push_back(*version);
        break;
    }
  }
  // Those outside say nothing about the change.
  change.untestable.erase(std::remove_if(change.untestable.begin(), change.untestable.end(),
                                         [&](std::size_t version) {
                                           return version < change.last_good ||
                                                  version > change.first_bad;
                                         }),
                          change.untestable.end());
  std::sort(change.untestable.begin(), change.untestable.end());
  return change;
}

}  // namespace dualpath::bisect
