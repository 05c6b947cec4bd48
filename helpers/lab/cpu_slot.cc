#include "helpers/lab/cpu_slot.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "helpers/base/unix_socket.h"

namespace dualpath::lab {

std::optional<CpuSlot> CpuSlot::Take() {
  cpu_set_t ours;
  if (::sched_getaffinity(0, sizeof(ours), &ours) != 0) return std::nullopt;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &ours)) continue;
    // At most one live process of any user can bind an abstract name.
    auto name = unix_socket::Listen("@dualpath-vm-on-cpu-" + std::to_string(cpu));
    if (name.ok()) return CpuSlot(cpu, std::move(*name));
  }
  return std::nullopt;
}

void CpuSlot::Hold(int pid) const {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu_, &only);
  const sched_param normal = {};
  std::error_code ec;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, ec)) {
    const int thread = std::stoi(task.path().filename().string());
    ::sched_setaffinity(thread, sizeof(only), &only);
    ::sched_setscheduler(thread, SCHED_BATCH, &normal);
  }
}

}  // namespace dualpath::lab
