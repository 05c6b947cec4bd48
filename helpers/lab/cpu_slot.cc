#include "helpers/lab/cpu_slot.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace dualpath::lab {
namespace {

/// A name in the abstract namespace: whoever has it, of whatever user, is alive.
UniqueFd TakeName(const std::string& name) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const bool taken =
      socket && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
  return taken ? std::move(socket) : UniqueFd();
}

}  // namespace

std::optional<CpuSlot> CpuSlot::Take() {
  cpu_set_t ours;
  if (::sched_getaffinity(0, sizeof(ours), &ours) != 0) return std::nullopt;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &ours)) continue;
    UniqueFd name = TakeName("dualpath-vm-on-cpu-" + std::to_string(cpu));
    if (name) return CpuSlot(cpu, std::move(name));
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
