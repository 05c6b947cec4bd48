#include "ci/bench/measurement.h"

namespace dualpath::bench {

const std::vector<Measurement>& AllMeasurements() {
  static const std::vector<Measurement> all = {
      {"set", "virtual and real time of the last run's cases", MeasureSet},
      {"restore", "restoring the lab compared with booting it", MeasureRestore},
      {"verdict", "one case, and the idle CPU time in it", MeasureVerdict},
      {"smoke", "the smoke set", MeasureSmoke},
      {"down", "virtual time while all paths are down", MeasureDown},
      {"memory", "memory of several VMs at once", MeasureMemory},
      {"parallel", "four cases side by side", MeasureParallel},
      {"lio", "storage by configfs compared with targetcli", MeasureLio},
      {"growth", "rigs with more paths, and more rigs", MeasureGrowth}};
  return all;
}

}  // namespace dualpath::bench
