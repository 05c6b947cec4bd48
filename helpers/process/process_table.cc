#include "helpers/process/process_table.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::process {

namespace fs = std::filesystem;

Result<RunningProcess> ParseProcessStat(const std::string& stat) {
  RunningProcess process;
  // "431 (multipathd) S 1 ...": the name may contain blanks and parentheses.
  const std::size_t begin = stat.find(" (");
  const std::size_t end = stat.rfind(") ");
  const auto pid = ParseWhole<int>(stat.substr(0, std::min(begin, stat.size())));
  if (!pid || begin == std::string::npos || end == std::string::npos || end < begin) {
    return Error::Because("parse process", "\"" + stat + "\"", "no pid and name");
  }
  process.pid = *pid;
  process.name = stat.substr(begin + 2, end - begin - 2);
  std::istringstream fields(stat.substr(end + 2));
  char state = 0;
  fields >> state >> process.parent;
  constexpr int kBetween = 17;  // fields 5 to 21 of proc_pid_stat(5)
  std::string skipped;
  for (int i = 0; i < kBetween; ++i) fields >> skipped;
  if (!(fields >> process.started)) {
    return Error::Because("parse process", "\"" + stat + "\"", "no start time");
  }
  if (state == 'Z' || state == 'X') process.pid = 0;
  return process;
}

Result<std::vector<RunningProcess>> RunningProcesses(const std::string& proc) {
  std::vector<RunningProcess> processes;
  std::error_code ec;
  for (fs::directory_iterator entry(proc, ec); !ec && entry != fs::directory_iterator();
       entry.increment(ec)) {
    if (!ParseWhole<int>(entry->path().filename().string())) continue;
    const auto stat = ReadFile(entry->path().string() + "/stat");
    if (!stat.ok()) continue;  // it has ended
    DUALPATH_TRY(RunningProcess process, ParseProcessStat(*stat));
    if (process.pid != 0) processes.push_back(std::move(process));
  }
  if (ec) return Error::FromErrno("list processes", proc, ec.value());
  std::sort(processes.begin(), processes.end(),
            [](const RunningProcess& a, const RunningProcess& b) { return a.pid < b.pid; });
  return processes;
}

}  // namespace dualpath::process
