#include <spdlog/spdlog.h>

#include <algorithm>

#include "ci/bench/measurement.h"
#include "ci/bench/samples.h"
#include "ci/bench/virtme.h"
#include "helpers/process/progress.h"

namespace dualpath::bench {
namespace {

constexpr int kMostBoots = 3;
constexpr char kTrivialCase[] = "BringUp.NoPathRetryIsTen";
constexpr char kUntilVerdict[] = "restore to the first assertion";

Result<double> MeasureShell(const Bench& bench) {
  std::vector<double> samples;
  for (int i = 0; i < bench.runs; ++i) {
    DUALPATH_TRY(const BenchVm vm, bench.lab.Restore());
    samples.push_back(vm.seconds());
  }
  bench.add({"restore",
             "restore.shell.median",
             "restore to the lab's shell, median",
             "s",
             Median(samples),
             {},
             samples});
  bench.add(
      {"restore", "restore.shell.worst", "restore to the lab's shell, worst", "s", Worst(samples)});
  return Median(samples);
}

Result<double> MeasureAssertion(const Bench& bench) {
  std::vector<double> samples;
  std::string note;
  for (int i = 0; i < bench.runs; ++i) {
    DUALPATH_TRY(const ExecElapsed took, bench.lab.Exec(kTrivialCase));
    samples.push_back(took.verdict_seconds.value_or(took.real_seconds));
    if (!took.verdict_seconds)
      note = "until the end of the case: exec did not report the time of the verdict";
  }
  bench.add({"restore", "restore.assertion.median", std::string(kUntilVerdict) + ", median", "s",
             Median(samples), Limit::AtMost(1), samples, note});
  bench.add({"restore", "restore.assertion.worst",
             fmt::format("{}, worst of {}", kUntilVerdict, bench.runs), "s", Worst(samples),
             Limit::AtMost(2)});
  return Median(samples);
}

/// Measures booting until the agent answers, as it does in a restored VM, and once also bringing up
/// the rig and the guest, which are already up in a restored VM.
Result<double> MeasureBoot(const Bench& bench) {
  constexpr std::chrono::minutes kLongestBringUp{15};
  std::vector<double> samples;
  for (int i = 0; i < bench.UpTo(kMostBoots); ++i) {
    DUALPATH_TRY(BenchVm vm, bench.lab.Boot());
    samples.push_back(vm.seconds());
    if (i > 0) continue;
    DUALPATH_TRY(const Elapsed took, vm.Run("systemctl is-system-running --wait; "
                                            "/usr/lib/dualpath/load-payload && "
                                            "/payload/start dualpath-rig up",
                                            lab::Limit{kLongestBringUp}));
    bench.add({"restore", "boot.rig", "boot the lab, bring up the rig and its guest", "s",
               vm.seconds() + took.real_seconds});
  }
  Figure boot{"restore", "boot.median",   "boot the same VM, without rig and guest, median",
              "s",       Median(samples), {},
              samples};
  boot.headline = true;
  bench.add(boot);
  return Median(samples);
}

}  // namespace

Status MeasureRestore(const Bench& bench) {
  DUALPATH_TRY_STATUS(bench.lab.Exec(kTrivialCase));
  DUALPATH_TRY(const double shell, MeasureShell(bench));
  DUALPATH_TRY(const double assertion, MeasureAssertion(bench));
  DUALPATH_TRY(const double boot, MeasureBoot(bench));
  bench.add({"restore", "restore.ratio", "boot the same VM / restore to the first assertion", "x",
             boot / assertion, Limit::AtLeast(20)});
  MeasureVirtme(bench, shell);
  return Ok{};
}

}  // namespace dualpath::bench
