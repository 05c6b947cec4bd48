// Measurements with `dualpath exec` and ctest: one case, the smoke set, concurrent cases.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <string>
#include <thread>

#include "ci/bench/measurement.h"
#include "ci/bench/samples.h"

namespace dualpath::bench {
namespace {

constexpr int kMostExecs = 10;
constexpr int kMostSets = 3;
constexpr char kFailover[] = "Failover.DeletingTheActivePathMovesIoToTheOther";

// Four cases of about the same length.
constexpr char kFourCases[] =
    "^(Failover.DeletingTheActivePathMovesIoToTheOther"
    "|Failover.DeletingTheEnabledPathDoesNotDisturbIo"
    "|Failover.RescanningBringsTheDeletedActivePathBackAsTheSecondGroup"
    "|Failover.RescanningBringsTheDeletedEnabledPathBackAsTheSecondGroup)$";

std::string Cores() { return std::to_string(std::max(1U, std::thread::hardware_concurrency())); }

}  // namespace

Status MeasureVerdict(const Bench& bench) {
  DUALPATH_TRY_STATUS(bench.lab.Exec(kFailover));
  std::vector<double> walls;
  std::vector<double> idle;
  for (int i = 0; i < bench.UpTo(kMostExecs); ++i) {
    DUALPATH_TRY(const ExecElapsed took, bench.lab.Exec(kFailover));
    walls.push_back(took.wall_seconds);
    // Two threads of QEMU may run concurrently, so CPU time may exceed wall time.
    idle.push_back(std::max(0.0, 100 * (1 - took.cpu_seconds / took.wall_seconds)));
  }
  bench.add({"verdict", "verdict.median", "verdict of one failover case, median", "s",
             Median(walls), Limit::AtMost(4), walls, kFailover});
  bench.add({"verdict", "verdict.worst", "verdict of one failover case, worst", "s", Worst(walls)});
  bench.add({"verdict", "verdict.idle", "idle CPU time during that case, median", "%", Median(idle),
             Limit::AtMost(3), idle, "neither QEMU nor dualpath used the CPU"});
  return Ok{};
}

Status MeasureSmoke(const Bench& bench) {
  std::vector<double> walls;
  for (int i = 0; i < bench.UpTo(kMostSets); ++i) {
    DUALPATH_TRY(const double wall, bench.lab.Ctest({"-j", Cores(), "-L", "^smoke$"}));
    walls.push_back(wall);
  }
  bench.add({"smoke", "smoke.median", "the smoke set, median", "s", Median(walls),
             Limit::AtMost(60), walls, "ctest -j " + Cores() + " -L smoke"});
  return Ok{};
}

Status MeasureParallel(const Bench& bench) {
  std::vector<double> alone;
  std::vector<double> together;
  // Alternating, so that other load on the machine affects both.
  for (int i = 0; i < bench.UpTo(kMostSets); ++i) {
    DUALPATH_TRY(const double one, bench.lab.Ctest({"-j", "1", "-R", kFourCases}));
    DUALPATH_TRY(const double all, bench.lab.Ctest({"-j", Cores(), "-R", kFourCases}));
    alone.push_back(one);
    together.push_back(all);
  }
  bench.add({"parallel",
             "parallel.one",
             "four cases, one at a time, median",
             "s",
             Median(alone),
             {},
             alone,
             "ctest -j 1"});
  bench.add({"parallel",
             "parallel.all",
             fmt::format("four cases, {} at a time, median", Cores()),
             "s",
             Median(together),
             {},
             together,
             "ctest -j " + Cores()});
  Figure ratio{"parallel", "parallel.ratio", "one at a time / concurrently", "x",
               Median(alone) / Median(together)};
  ratio.note = "of " + Cores() + " cores";
  ratio.headline = true;
  bench.add(ratio);
  return Ok{};
}

}  // namespace dualpath::bench
