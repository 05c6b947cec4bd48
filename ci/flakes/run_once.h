#pragma once

#include <string>

#include "ci/flakes/ctest_list.h"
#include "ci/flakes/ledger.h"

namespace dualpath::flakes {

struct EndedRun {
  CaseRun run;         ///< without the round
  std::string output;  ///< what the test printed, and how it ended
};

/// Runs the test once, as ctest would.
EndedRun RunOnce(const CtestCase& test);

}  // namespace dualpath::flakes
