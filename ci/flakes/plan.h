#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ci/flakes/ledger.h"

namespace dualpath::flakes {

/// Returns the cases in the order of one round: random, but the same for a seed and round,
/// everywhere.
std::vector<std::string> OrderOf(std::vector<std::string> cases, std::uint64_t seed, int round);

/// Runs a case; only `verdict` and `seconds` of the result are used. Called by several threads.
using Runner = std::function<CaseRun(const std::string& name, int round)>;

/// Called after each run, by one thread at a time.
using Progress = std::function<void(const CaseRun& run, std::size_t done, std::size_t all)>;

/// Runs the cases of rounds 1 to `repeat` that are not in the ledger yet, the ledger's `jobs` at a
/// time, and adds them to it. Ends early only if the ledger cannot be written.
Status RunPlan(Ledger& ledger, int repeat, const Runner& runner, const Progress& progress);

}  // namespace dualpath::flakes
