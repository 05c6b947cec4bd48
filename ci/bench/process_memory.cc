#include "ci/bench/process_memory.h"

#include <map>
#include <sstream>

#include "helpers/base/file.h"

namespace dualpath::bench {

Result<ProcessMemory> ProcessMemory::Of(int pid, const std::string& proc) {
  constexpr double kMegabytesPerKib = 1024 / 1e6;
  const std::string file = proc + "/" + std::to_string(pid) + "/smaps_rollup";
  DUALPATH_TRY(const std::string text, ReadFile(file));
  std::map<std::string, double> kib;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    double value = 0;
    if (words >> name >> value) kib[name] = value;
  }
  const auto anonymous = kib.find("Anonymous:");
  const auto proportional = kib.find("Pss:");
  if (anonymous == kib.end() || proportional == kib.end()) {
    return Error::Because("read the memory of a process", file, "no Anonymous or Pss line");
  }
  // Swapped pages count as well.
  const double swapped = kib["Swap:"];
  return ProcessMemory{(anonymous->second + swapped) * kMegabytesPerKib,
                       (proportional->second + swapped) * kMegabytesPerKib};
}

}  // namespace dualpath::bench
