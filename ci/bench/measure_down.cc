#include <optional>
#include <string>

#include "ci/bench/measurement.h"

namespace dualpath::bench {
namespace {

constexpr std::chrono::minutes kDownBudget{10};

Status AddRatio(const Bench& bench, const std::string& name, const std::string& what, int seconds,
                std::optional<Limit> limit, BenchVm& vm) {
  DUALPATH_TRY(const Elapsed took,
               vm.Run("sleep " + std::to_string(seconds), lab::Limit{kDownBudget}));
  bench.add({"down", "down." + name, "virtual seconds per real second, all paths down, " + what,
             "x", took.virtual_seconds / took.real_seconds, limit});
  return Ok{};
}

/// Restores a VM in which the guest writes and the last path has just been failed.
Result<BenchVm> WithoutPaths(const Bench& bench, const std::string& no_path_retry) {
  DUALPATH_TRY(BenchVm vm, bench.lab.RestoreWith({"dualpath-rig"}));
  DUALPATH_TRY_STATUS(
      vm.Run("/payload/data/all-paths-down " + no_path_retry, lab::Limit{kDownBudget}));
  return vm;
}

}  // namespace

Status MeasureDown(const Bench& bench) {
  {
    DUALPATH_TRY(BenchVm vm, WithoutPaths(bench, ""));
    // 45 s is within the 50 s of the rig's no_path_retry. After that, I/O fails immediately, and
    // the guest retries ten times per second.
    DUALPATH_TRY_STATUS(
        AddRatio(bench, "rig", "within the rig's 50 s", 45, Limit::AtLeast(50), vm));
    DUALPATH_TRY_STATUS(vm.Run("sleep 15", lab::Limit{kDownBudget}));
    DUALPATH_TRY_STATUS(AddRatio(bench, "errors", "errors", 300, {}, vm));
  }
  DUALPATH_TRY(BenchVm vm, WithoutPaths(bench, "queue"));
  return AddRatio(bench, "queued", "queued for minutes", 300, Limit::AtLeast(50), vm);
}

}  // namespace dualpath::bench
