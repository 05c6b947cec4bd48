#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "helpers/lab/image/image.h"

namespace dualpath::bench {

struct BenchOptions {
  std::string json;               ///< file for the figures as JSON (figures_json.h); empty if none
  std::string page;               ///< file for the page; empty if none
  std::string table;              ///< file for the main figures as a Markdown table; empty if none
  std::vector<std::string> only;  ///< names of measurements; empty: all
  int runs = 50;                  ///< repetitions of short measurements
  std::string results = "build/results";  ///< results directory of the run whose times are shown
  std::string stack = lab::kDefaultStack;
  lab::Own own;
};

/// `dualpath bench`: measures the lab's performance on this machine and prints each figure as soon
/// as it is measured. Figures over their limit are marked and do not change the exit code. Returns
/// an `ExitCode`: kAllPassed, or kInfrastructure if the lab failed (the figures measured so far are
/// written) or the files cannot be written.
int RunBench(const BenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace dualpath::bench
