#include "ci/bench/measurement.h"

namespace dualpath::bench {
namespace {

constexpr std::chrono::minutes kBudget{10};
constexpr char kLookAway[] = "sleep 300";

Status AddRatio(const Bench& bench, const std::string& name, const std::string& what, BenchVm& vm) {
  DUALPATH_TRY(const Took took, vm.Run(kLookAway, Deadline::In(kBudget)));
  bench.add({"down", "down." + name, "virtual seconds per real second, all paths down, " + what,
             "x", took.virtual_seconds / took.real_seconds, Limit::AtLeast(50)});
  return Ok{};
}

/// The guest writes, and the last path has just been failed.
Result<BenchVm> WithoutPaths(const Bench& bench, const std::string& no_path_retry) {
  DUALPATH_TRY(BenchVm vm, bench.lab.RestoreWith({"dualpath-rig"}));
  DUALPATH_TRY_STATUS(
      vm.Run("/payload/data/all-paths-down " + no_path_retry, Deadline::In(kBudget)));
  return vm;
}

}  // namespace

Status MeasureDown(const Bench& bench) {
  {
    DUALPATH_TRY(BenchVm vm, WithoutPaths(bench, ""));
    DUALPATH_TRY_STATUS(AddRatio(bench, "rig", "50 s queued, then errors", vm));
    DUALPATH_TRY_STATUS(AddRatio(bench, "errors", "errors", vm));
  }
  DUALPATH_TRY(BenchVm vm, WithoutPaths(bench, "queue"));
  return AddRatio(bench, "queued", "queued", vm);
}

}  // namespace dualpath::bench
