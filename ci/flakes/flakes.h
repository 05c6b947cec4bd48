#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace dualpath::flakes {

struct FlakesOptions {
  int repeat = 20;                     ///< rounds; each runs every case once, in another order
  int load = 0;                        ///< threads of `Load`
  int jobs = 1;                        ///< cases at a time
  std::optional<std::uint64_t> seed;   ///< seed of the shuffled order; none: a random one
  std::vector<std::string> selection;  ///< options of ctest; empty: the cases that run by default
  std::string
      own;  ///< identifies what the user has brought in place of the stack's; empty: nothing
  std::string build = "build";
  std::string state = "build/flakes";  ///< directory of the ledger and of failed runs' results
  bool restart = false;                ///< whether to discard the runs so far
  std::string json;                    ///< file to write the figures to; empty: none
};

/// `dualpath flakes`: runs the cases again and again, and prints the rate at which each does not
/// pass. Continues where an earlier call with the same options ended. Returns an `ExitCode`:
/// kCaseFailed if any run failed or had no verdict.
int Flakes(const FlakesOptions& options, std::ostream& out, std::ostream& err);

}  // namespace dualpath::flakes
