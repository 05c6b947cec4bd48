#include <spdlog/fmt/fmt.h>

#include "ci/bench/measurement.h"
#include "ci/bench/process_memory.h"

namespace dualpath::bench {
namespace {

constexpr std::chrono::minutes kCaseBudget{5};
constexpr int kMost = 4;

/// Returns the total memory of `count` concurrent QEMUs, each at the end of a failover case.
Result<ProcessMemory> Together(const Bench& bench, int count) {
  std::vector<BenchVm> vms;
  for (int i = 0; i < count; ++i) {
    DUALPATH_TRY(BenchVm vm,
                 bench.lab.BeginCase("Failover.DeletingTheActivePathMovesIoToTheOther"));
    vms.push_back(std::move(vm));
  }
  for (BenchVm& vm : vms) DUALPATH_TRY_STATUS(vm.AwaitCase(lab::Limit{kCaseBudget}));
  ProcessMemory sum;
  for (const BenchVm& vm : vms) {
    DUALPATH_TRY(const ProcessMemory each, ProcessMemory::Of(vm.pid()));
    sum.anonymous += each.anonymous;
    sum.proportional += each.proportional;
  }
  return sum;
}

}  // namespace

Status MeasureMemory(const Bench& bench) {
  ProcessMemory of_one;
  ProcessMemory of_all;
  for (int count = 1; count <= kMost; count *= 2) {
    DUALPATH_TRY(of_all, Together(bench, count));
    if (count == 1) of_one = of_all;
    bench.add(
        {"memory", fmt::format("memory.own.{}", count),
         fmt::format("memory of {} VM{}: private pages, summed", count, count == 1 ? "" : "s"),
         "MB", of_all.anonymous});
    bench.add({"memory", fmt::format("memory.all.{}", count),
               fmt::format("memory of {} VM{}: with shared pages counted once", count,
                           count == 1 ? "" : "s"),
               "MB", of_all.proportional});
  }
  constexpr int kMore = kMost - 1;
  bench.add({"memory",
             "memory.additional",
             "memory of each additional VM: private pages",
             "MB",
             (of_all.anonymous - of_one.anonymous) / kMore,
             Limit::AtMost(300),
             {},
             "Anonymous, after a failover case"});
  bench.add({"memory",
             "memory.additional.all",
             "memory of each additional VM: with shared pages",
             "MB",
             (of_all.proportional - of_one.proportional) / kMore,
             {},
             {},
             "Pss"});
  return Ok{};
}

}  // namespace dualpath::bench
