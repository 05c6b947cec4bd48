#include "helpers/lab/image/accel.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/join.hpp>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/host/kvm.h"
#include "helpers/lab/image/digest.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;

// Modules that use hardware virtualization (arch/x86/kvm).
constexpr std::array<const char*, 2> kModules = {"kvm_intel", "kvm_amd"};

// Fields of /proc/cpuinfo that do not vary, unlike the clock rate.
constexpr std::array<const char*, 7> kProcessorFields = {
    "vendor_id", "cpu family", "model", "model name", "stepping", "flags", "vmx flags"};

std::string Remedy(const Error& error) {
  switch (error.error_number()) {
    case ENOENT:
      return "; load kvm_intel or kvm_amd, or pass the device to the container";
    case EACCES:
    case EPERM:
      return "; join the group kvm: sudo usermod -aG kvm $USER, and log in again";
    default:
      return "";
  }
}

/// Returns the loaded KVM modules: "kvm_pvm, kvm_x".
std::string OtherModules(const std::string& modules) {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& module : fs::directory_iterator(modules, ec)) {
    const std::string name = module.path().filename().string();
    if (name.rfind("kvm_", 0) == 0) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return boost::algorithm::join(names, ", ");
}

std::optional<std::string> MissingForNesting(const std::string& modules) {
  for (const std::string module : kModules) {
    const std::string directory = modules + "/" + module;
    std::error_code ec;
    if (!fs::exists(directory, ec)) continue;
    const std::string parameter = directory + "/parameters/nested";
    const auto nested = ReadAttribute(parameter);
    if (!nested.ok()) return nested.error().ToString();
    if (*nested == "Y" || *nested == "1") return std::nullopt;
    return fmt::format("{} is {}; stop its VMs, then: modprobe -r {} && modprobe {} nested=1",
                       parameter, *nested, module, module);
  }
  const std::string others = OtherModules(modules);
  if (others.empty()) {
    return modules + " has neither kvm_intel nor kvm_amd; modprobe kvm_intel nested=1, or kvm_amd";
  }
  return fmt::format(
      "{} has {} instead of kvm_intel or kvm_amd, which cannot run unmodified kernels or nested "
      "KVM; "
      "use a machine with VMX or SVM",
      modules, others);
}

}  // namespace

const std::map<std::string, Accelerator>& Accelerators() {
  static const std::map<std::string, Accelerator> by_name = {{"tcg", Accelerator::kTcg},
                                                             {"kvm", Accelerator::kKvm}};
  return by_name;
}

std::string ToString(Accelerator accelerator) {
  return accelerator == Accelerator::kKvm ? "kvm" : "tcg";
}

std::vector<std::string> MissingForKvm(const std::string& root) {
  std::vector<std::string> missing;
  const Status device = host::CheckKvm(root + "/dev/kvm");
  if (!device.ok()) missing.push_back(device.error().ToString() + Remedy(device.error()));
  const auto nesting = MissingForNesting(root + "/sys/module");
  if (nesting) missing.push_back(*nesting);
  return missing;
}

Status CheckAccelerator(Accelerator accelerator, const std::string& root) {
  if (accelerator == Accelerator::kTcg) return Ok{};
  const std::vector<std::string> missing = MissingForKvm(root);
  if (missing.empty()) return Ok{};
  return Error::Because(
      "run the lab on KVM", "this machine",
      boost::algorithm::join(missing, "; and ") + ". Or use --accel tcg, the default");
}

Result<std::string> MachineFor(Accelerator accelerator, const std::string& root) {
  if (accelerator == Accelerator::kTcg) return std::string();
  DUALPATH_TRY(std::string text, ReadAttribute(root + "/proc/sys/kernel/osrelease"));
  DUALPATH_TRY(const std::string processors, ReadFile(root + "/proc/cpuinfo"));
  std::istringstream lines(processors);
  // Only the first processor, which ends with a blank line.
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    const std::string field = line.substr(0, line.find_first_of("\t:"));
    const bool counts = std::find(kProcessorFields.begin(), kProcessorFields.end(), field) !=
                        kProcessorFields.end();
    if (counts) text += '\n' + line;
  }
  DUALPATH_TRY(const std::string digest, DigestOfText(text));
  return "KVM on machine " + digest.substr(0, 12);
}

}  // namespace dualpath::lab
