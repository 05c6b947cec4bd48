#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "helpers/lab/image/image.h"

namespace dualpath::bench {

struct BenchOptions {
  std::string json;               ///< where the report goes as JSON (report_json.h); empty: nowhere
  std::string page;               ///< as a page; likewise
  std::string table;              ///< as rows of README.md's table; likewise
  std::vector<std::string> only;  ///< measurements by name; empty: all
  int runs = 50;                  ///< of what is short
  std::string results = "build/results";  ///< of the run of the set whose times are told
  std::string stack = lab::kDefaultStack;
};

/// `dualpath bench`: measures what the lab costs on this machine, and prints each figure as soon as
/// it is known. It judges no machine: that a figure misses its limit is told, no more. Returns an
/// `ExitCode`: kAllPassed; kInfrastructure if the lab failed, with what was measured written all
/// the same, or if that cannot be written.
int RunBench(const BenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace dualpath::bench
