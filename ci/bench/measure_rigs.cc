// Measures creating storage, compared with targetcli, and with more paths and maps.

#include <spdlog/fmt/fmt.h>

#include <array>
#include <map>
#include <utility>

#include "ci/bench/measurement.h"
#include "ci/bench/samples.h"

namespace dualpath::bench {
namespace {

constexpr std::chrono::minutes kRigBudget{10};
constexpr int kMostSetUps = 5;
constexpr char kProgram[] = "dualpath-bench-rig";

struct Samples {
  std::vector<double> real_seconds;
  std::vector<double> virtual_seconds;

  void Add(const Elapsed& took) {
    real_seconds.push_back(took.real_seconds);
    virtual_seconds.push_back(took.virtual_seconds);
  }
};

}  // namespace

Status MeasureLio(const Bench& bench) {
  const std::array<std::pair<std::string, std::string>, 3> ways = {
      {{"configfs", "our configfs code"},
       {"targetcli", "targetcli, one call per step"},
       {"session", "targetcli, one session"}}};
  DUALPATH_TRY(BenchVm vm, bench.lab.RestoreWith({kProgram}));
  std::map<std::string, Samples> samples;
  // Alternating in one VM. The first round only warms up, and is not counted.
  for (int i = 0; i <= bench.UpTo(kMostSetUps); ++i) {
    for (const auto& [way, words] : ways) {
      DUALPATH_TRY(const Elapsed took,
                   vm.Run("/payload/data/lio up " + way, lab::Limit{kRigBudget}));
      DUALPATH_TRY_STATUS(vm.Run("/payload/data/lio down " + way, lab::Limit{kRigBudget}));
      if (i > 0) samples[way].Add(took);
    }
  }
  const Samples& ours = samples["configfs"];
  for (const auto& [way, words] : ways) {
    const Samples& these = samples[way];
    bench.add({"lio",
               "lio." + way + ".virtual",
               "two-path LIO with " + words + ", virtual",
               "s",
               Median(these.virtual_seconds),
               {},
               these.virtual_seconds});
    bench.add({"lio",
               "lio." + way + ".real",
               "two-path LIO with " + words + ", real",
               "s",
               Median(these.real_seconds),
               {},
               these.real_seconds});
  }
  for (const auto& [way, words] : ways) {
    if (way == "configfs") continue;
    Figure ratio{"lio", "lio." + way + ".ratio", words + " / our configfs code, virtual", "x",
                 Median(samples[way].virtual_seconds) / Median(ours.virtual_seconds)};
    ratio.headline = way == "targetcli";
    bench.add(ratio);
  }
  return Ok{};
}

Status MeasureGrowth(const Bench& bench) {
  const auto bring_up = [&](const std::string& series, int paths, int maps) -> Status {
    DUALPATH_TRY(BenchVm vm, bench.lab.RestoreWith({kProgram, "dualpath-rig"}));
    DUALPATH_TRY_STATUS(vm.Run("/payload/start dualpath-rig down", lab::Limit{kRigBudget}));
    DUALPATH_TRY(const Elapsed took,
                 vm.Run(fmt::format("/payload/start {} rigs {} {}", kProgram, paths, maps),
                        lab::Limit{kRigBudget}));
    const std::string what =
        fmt::format("bring up {} map{} with {} paths", maps, maps == 1 ? "" : "s", paths);
    const int size = series == "paths" ? paths : maps;
    bench.add({"growth", fmt::format("growth.{}.{}.virtual", series, size), what + ", virtual", "s",
               took.virtual_seconds});
    bench.add({"growth", fmt::format("growth.{}.{}.real", series, size), what + ", real", "s",
               took.real_seconds});
    return Ok{};
  };
  for (const int paths : {2, 4, 8, 16}) DUALPATH_TRY_STATUS(bring_up("paths", paths, 1));
  for (const int maps : {2, 4}) DUALPATH_TRY_STATUS(bring_up("maps", 2, maps));
  return Ok{};
}

}  // namespace dualpath::bench
