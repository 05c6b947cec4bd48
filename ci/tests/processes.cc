#include "ci/tests/processes.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "helpers/base/file.h"

namespace dualpath::tests {

namespace fs = std::filesystem;

Result<int> ChildOf(int pid) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  std::error_code ec;
  for (const auto& task : fs::directory_iterator(tasks, ec)) {
    std::ifstream children(task.path() / "children");
    int child = 0;
    if (children >> child) return child;
  }
  return Error::Because("find the child of", std::to_string(pid), "no child process");
}

bool IsRunning(int pid) {
  const auto status = ReadFile("/proc/" + std::to_string(pid) + "/status");
  return status.ok() && status->find("State:\tZ") == std::string::npos;
}

}  // namespace dualpath::tests
