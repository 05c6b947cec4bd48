#include "helpers/host/requirements.h"

#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"
#include "helpers/process/process.h"

namespace dualpath::host {
namespace {

constexpr std::chrono::seconds kModprobeBudget{30};

struct Package {
  const char* program;
  const char* debian;
  const char* ol7;
};

constexpr std::array<Package, 22> kPackages = {{
    {"chromedriver", "chromium-driver", "chromedriver"},
    {"cpio", "cpio", "cpio"},
    {"dmsetup", "dmsetup", "device-mapper"},
    {"fio", "fio", "fio"},
    {"iscsi-test-cu", "libiscsi-bin", "libiscsi-utils"},
    {"iscsiadm", "open-iscsi", "iscsi-initiator-utils"},
    {"iscsid", "open-iscsi", "iscsi-initiator-utils"},
    {"journalctl", "systemd", "systemd"},
    {"ldd", "libc-bin", "glibc-common"},
    {"lsscsi", "lsscsi", "lsscsi"},
    {"mke2fs", "e2fsprogs", "e2fsprogs"},
    {"modprobe", "kmod", "kmod"},
    {"mpathpersist", "multipath-tools", "device-mapper-multipath"},
    {"multipath", "multipath-tools", "device-mapper-multipath"},
    {"multipathd", "multipath-tools", "device-mapper-multipath"},
    {"qemu", "qemu-system-x86", "qemu"},
    {"qemu-pr-helper", "qemu-system-common", "qemu-common"},
    {"sg_inq", "sg3-utils", "sg3_utils"},
    {"systemctl", "systemd", "systemd"},
    {"targetcli", "targetcli-fb", "targetcli"},
    {"udevadm", "udev", "systemd"},
    {"virsh", "libvirt-clients", "libvirt-client"},
}};

std::string Install(const std::string& debian, const std::string& ol7) {
  return "Install it: apt-get install " + debian + " (Debian), yum install " + ol7 + " (OL7)";
}

std::string RemedyForProgram(const std::string& name) {
  const auto* const package =
      std::find_if(kPackages.begin(), kPackages.end(),
                   [&](const Package& candidate) { return name == candidate.program; });
  if (package == kPackages.end()) return "Install the package that provides it";
  return Install(package->debian, package->ol7);
}

std::string RemedyForModule(const std::string& name) {
  return "Boot a kernel that provides " + name +
         ": apt-get install linux-image-amd64 (Debian, whose cloud kernel lacks SCSI targets), yum "
         "install kernel-uek (OL7)";
}

/// Normalizes the name, since the kernel treats '-' and '_' in module names as equal.
std::string Normal(std::string module) {
  std::replace(module.begin(), module.end(), '-', '_');
  return module;
}

/// Returns whether a line of modules.dep or modules.builtin, "kernel/.../tcm_loop.ko.xz: ...",
/// belongs to the module.
bool IsAbout(const std::string& line, const std::string& module) {
  const std::string path = line.substr(0, line.find(':'));
  const std::string file = path.substr(path.rfind('/') + 1);
  return Normal(file.substr(0, file.find(".ko"))) == Normal(module);
}

bool Lists(const std::string& index, const std::string& module) {
  const auto content = ReadFile(index);
  if (!content.ok()) return false;
  std::istringstream lines(*content);
  for (std::string line; std::getline(lines, line);) {
    if (IsAbout(line, module)) return true;
  }
  return false;
}

bool Exists(const std::string& path) {
  std::error_code ec;
  return std::filesystem::exists(path, ec);
}

Status Modprobe(const std::string& module) {
  DUALPATH_TRY(const std::string output,
               process::ExecuteChecked({{"modprobe", module}}, Deadline::In(kModprobeBudget)));
  return Ok{};
}

Status MountConfigFs(const std::string& directory) {
  if (::mount("configfs", directory.c_str(), "configfs", 0, nullptr) == 0) return Ok{};
  return Error::FromErrno("mount configfs", directory, errno);
}

void AddTo(std::vector<Missing>& all, std::optional<Missing> missing) {
  if (missing) all.push_back(*std::move(missing));
}

}  // namespace

Requirements::Machine Requirements::Machine::This() {
  Machine machine;
  struct utsname kernel {};
  if (::uname(&kernel) == 0) machine.modules = std::string("/lib/modules/") + kernel.release;
  machine.is_root = ::geteuid() == 0;
  machine.find_program = process::FindProgram;
  machine.load_module = Modprobe;
  machine.mount_configfs = MountConfigFs;
  return machine;
}

Requirements::Requirements(Machine machine) : machine_(std::move(machine)) {}

std::optional<Missing> Requirements::Root() const {
  if (machine_.is_root) return std::nullopt;
  return Missing{"root", "Run as root, or use the lab (`dualpath exec`), which does not need it"};
}

std::optional<Missing> Requirements::Module(const std::string& name) const {
  if (IsLoadedOrBuiltIn(name) || IsLoadable(name)) return std::nullopt;
  return Missing{"kernel module " + name, RemedyForModule(name)};
}

std::optional<Missing> Requirements::EnsureModule(const std::string& name) const {
  if (IsLoadedOrBuiltIn(name)) return std::nullopt;
  if (auto missing = Module(name)) return missing;
  if (auto missing = Root()) return Missing{"kernel module " + name, missing->remedy};
  const Status loaded = machine_.load_module(name);
  if (loaded.ok()) return std::nullopt;
  return Missing{"kernel module " + name, "It is installed, but loading it failed: " +
                                              loaded.error().ToString() + ". See dmesg"};
}

std::optional<Missing> Requirements::Program(const std::string& name) const {
  std::vector<std::string> names = {name};
  if (name == "qemu") {
    names = {"qemu-system-x86_64", "qemu-kvm", "/usr/libexec/qemu-kvm"};
  }
  for (const std::string& candidate : names) {
    // find_program returns a name with a slash unchecked.
    const std::string path = machine_.find_program(candidate);
    if (!path.empty() && ::access(path.c_str(), X_OK) == 0) return std::nullopt;
  }
  return Missing{"program " + name, RemedyForProgram(name)};
}

std::optional<Missing> Requirements::ConfigFs() const {
  if (ConfigFsIsMounted()) return std::nullopt;
  const std::string directory = machine_.sys + "/kernel/config";
  const std::string what = "configfs on " + directory;
  if (auto missing = Root()) return Missing{what, missing->remedy};
  if (auto missing = EnsureModule("configfs")) return missing;
  const Status mounted = machine_.mount_configfs(directory);
  // systemd also mounts it once the module is loaded, and may have mounted it first.
  if (mounted.ok() || ConfigFsIsMounted()) return std::nullopt;
  return Missing{
      what, "Mount it: systemctl start sys-kernel-config.mount. " + mounted.error().ToString()};
}

std::optional<Missing> Requirements::LibvirtSocket() const {
  for (const char* socket : {"/libvirt-sock", "/virtqemud-sock"}) {
    if (Exists(machine_.libvirt_sockets + socket)) return std::nullopt;
  }
  return Missing{
      "libvirt's socket in " + machine_.libvirt_sockets,
      Install("libvirt-daemon-system", "libvirt-daemon-kvm") + ", then systemctl start libvirtd"};
}

std::vector<Missing> Requirements::ForRig() const {
  std::vector<Missing> all;
  AddTo(all, Root());
  AddTo(all, Program("modprobe"));
  AddTo(all, ConfigFs());
  for (const char* module : {"target_core_mod", "target_core_file", "tcm_loop", "dm_multipath"}) {
    AddTo(all, EnsureModule(module));
  }
  AddTo(all, Program("multipath"));
  AddTo(all, Program("multipathd"));
  return all;
}

std::vector<Missing> Requirements::ForIscsi() const {
  std::vector<Missing> all;
  AddTo(all, EnsureModule("iscsi_target_mod"));
  AddTo(all, EnsureModule("iscsi_tcp"));
  AddTo(all, Program("iscsiadm"));
  AddTo(all, Program("iscsid"));
  return all;
}

std::vector<Missing> Requirements::ForGuest() const {
  std::vector<Missing> all;
  AddTo(all, Program("qemu"));
  AddTo(all, Program("cpio"));
  AddTo(all, LibvirtSocket());
  return all;
}

std::vector<Missing> Requirements::ForFio() const {
  std::vector<Missing> all;
  AddTo(all, Program("fio"));
  AddTo(all, Program("ldd"));
  return all;
}

std::vector<Missing> Requirements::ForConformance() const {
  std::vector<Missing> all;
  AddTo(all, Program("iscsi-test-cu"));
  AddTo(all, Program("ldd"));
  return all;
}

std::vector<Missing> Requirements::ForReservations() const {
  std::vector<Missing> all;
  AddTo(all, Program("mpathpersist"));
  AddTo(all, Program("qemu-pr-helper"));
  return all;
}

bool Requirements::IsLoadedOrBuiltIn(const std::string& name) const {
  return Exists(machine_.sys + "/module/" + Normal(name)) ||
         Lists(machine_.modules + "/modules.builtin", name);
}

bool Requirements::IsLoadable(const std::string& name) const {
  return Lists(machine_.modules + "/modules.dep", name);
}

bool Requirements::ConfigFsIsMounted() const {
  const auto mounts = ReadFile(machine_.proc + "/self/mounts");
  if (!mounts.ok()) return false;
  std::istringstream lines(*mounts);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string source;
    std::string directory;
    std::string type;
    words >> source >> directory >> type;
    if (type == "configfs" && directory == machine_.sys + "/kernel/config") return true;
  }
  return false;
}

}  // namespace dualpath::host
