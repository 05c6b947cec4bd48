#include <spdlog/fmt/fmt.h>

#include "ci/bench/measurement.h"

namespace dualpath::bench {

Status MeasureSet(const Bench& bench) {
  const SetTimes& set = bench.set;
  const Limit wanted = Limit::AtLeast(8);
  Figure whole{"set", "set.ratio.wall", "virtual seconds per real second, over the whole set",
               "x",   std::nullopt,     wanted};
  if (set.cases.empty()) {
    whole.note = "no case results in " + bench.results + "; run ci/cases first";
    bench.add(whole);
    return Ok{};
  }
  if (set.wall_seconds) {
    whole.value = set.VirtualSeconds() / *set.wall_seconds;
    whole.note = fmt::format("{} cases, {:.0f} s virtual, {} at a time: {:.0f} s", set.cases.size(),
                             set.VirtualSeconds(), set.jobs, *set.wall_seconds);
  } else {
    whole.note = "duration of the whole run is unknown: no run.json from ci/cases";
  }
  bench.add(whole);
  Figure summed{"set", "set.ratio.sum", "the same, the real seconds of all cases summed", "x",
                set.VirtualSeconds() / set.RealSeconds()};
  summed.note = fmt::format("{:.0f} s real", set.RealSeconds());
  bench.add(summed);
  return Ok{};
}

}  // namespace dualpath::bench
