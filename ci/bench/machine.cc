#include "ci/bench/machine.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>

#include <cstdlib>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::bench {
namespace {

/// Returns the value after the first "<name><blanks>:" in a file of /proc; empty if none.
std::string FieldOf(const std::string& file, const std::string& name) {
  const auto text = ReadFile(file);
  if (!text.ok()) return "";
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line.compare(0, name.size(), name) != 0) continue;
    if (line.find_first_not_of(" \t", name.size()) != colon) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

unsigned CountProcessors(const std::string& cpuinfo) {
  const auto text = ReadFile(cpuinfo);
  if (!text.ok()) return 0;
  unsigned count = 0;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("processor", 0) == 0) ++count;
  }
  return count;
}

std::string AttributeOr(const std::string& file, const std::string& otherwise) {
  const auto text = ReadAttribute(file);
  return text.ok() ? *text : otherwise;
}

}  // namespace

Machine ReadMachine(const std::string& root) {
  constexpr double kKibPerGib = 1 << 20;
  const std::string proc = root + "/proc";
  Machine machine;
  machine.cores = CountProcessors(proc + "/cpuinfo");
  machine.cpu = FieldOf(proc + "/cpuinfo", "model name");
  machine.ram_gib =
      std::strtod(FieldOf(proc + "/meminfo", "MemTotal").c_str(), nullptr) / kKibPerGib;
  machine.kernel = AttributeOr(proc + "/sys/kernel/osrelease", "");
  machine.kvm =
      static_cast<bool>(UniqueFd(::open((root + "/dev/kvm").c_str(), O_RDWR | O_CLOEXEC)));
  machine.load = std::strtod(AttributeOr(proc + "/loadavg", "0").c_str(), nullptr);
  return machine;
}

std::string Machine::ToString() const {
  return fmt::format("{} core{} ({}), {:.0f} GiB, Linux {}, {}{}", cores, cores == 1 ? "" : "s",
                     cpu.empty() ? "unknown CPU" : cpu, ram_gib, kernel,
                     kvm ? "KVM available but not used" : "no KVM",
                     qemu.empty() ? "" : ", " + qemu);
}

}  // namespace dualpath::bench
