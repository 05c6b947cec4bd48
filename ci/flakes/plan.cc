#include "ci/flakes/plan.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

namespace dualpath::flakes {

std::vector<std::string> OrderOf(std::vector<std::string> cases, std::uint64_t seed, int round) {
  std::sort(cases.begin(), cases.end());
  std::seed_seq mixed{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U),
                      static_cast<std::uint32_t>(round)};
  std::mt19937 random(mixed);
  // Not std::shuffle, whose order differs between standard libraries.
  for (std::size_t i = cases.size(); i > 1; --i) std::swap(cases[i - 1], cases[random() % i]);
  return cases;
}

Status RunPlan(Ledger& ledger, int repeat, const Runner& runner, const Progress& progress) {
  std::vector<std::pair<std::string, int>> left;
  const Setup setup = ledger.setup();
  for (int round = 1; round <= repeat; ++round) {
    for (std::string& name : OrderOf(setup.cases, setup.seed, round)) {
      if (!ledger.Has(name, round)) left.emplace_back(std::move(name), round);
    }
  }
  const std::size_t all = setup.cases.size() * static_cast<std::size_t>(repeat);
  std::size_t done = all - left.size();
  std::size_t next = 0;
  std::optional<Error> failed;
  std::mutex mutex;
  const auto work = [&] {
    std::unique_lock<std::mutex> lock(mutex);
    while (next < left.size() && !failed) {
      const auto& [name, round] = left[next++];
      lock.unlock();
      CaseRun run = runner(name, round);
      lock.lock();
      run.name = name;
      run.round = round;
      const Status added = ledger.Add(run);
      if (!added.ok()) failed = added.error();
      progress(run, ++done, all);
    }
  };
  std::vector<std::thread> workers;
  workers.reserve(static_cast<std::size_t>(setup.jobs));
  for (int i = 0; i < setup.jobs; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  if (failed) return *failed;
  return Ok{};
}

}  // namespace dualpath::flakes
