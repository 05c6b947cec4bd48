#include "ci/bench/measurement.h"

namespace dualpath::bench {

const std::vector<Measurement>& AllMeasurements() {
  static const std::vector<Measurement> all = {
      {"set", "virtual and real time of the last run's cases", MeasureSet},
      {"restore", "restoring the lab compared with booting it", MeasureRestore},
      {"verdict", "one case, and its idle CPU time", MeasureVerdict},
      {"smoke", "the smoke set", MeasureSmoke},
      {"down", "virtual time while all paths are down", MeasureDown},
      {"memory", "memory of several concurrent VMs", MeasureMemory},
      {"parallel", "four concurrent cases", MeasureParallel},
      {"lio", "storage setup through configfs compared with targetcli", MeasureLio},
      {"growth", "rigs with more paths, and more rigs", MeasureGrowth}};
  return all;
}

}  // namespace dualpath::bench
