#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::bisect {

/// What a version is, of those between the good and the bad end.
enum class Judgement {
  kGood,
  kBad,
  kUntestable,  ///< no verdict; its neighbors are tested instead
};

/// Where the change lies: between two versions of which one is good and the next bad, but for those
/// in between that could not be tested.
struct Change {
  std::size_t last_good;
  std::size_t first_bad;
  std::vector<std::size_t> untestable;
};

/// Finds the change among the versions 0, the good end, to `count` - 1, the bad end, by halves.
/// Tests both ends first: an `Error` if one is not what it should be, as when the case does not
/// show the change. As with git bisect(1), the answer is wrong if there is more than one change.
Result<Change> FindChange(std::size_t count, const std::function<Judgement(std::size_t)>& test);

}  // namespace dualpath::bisect
