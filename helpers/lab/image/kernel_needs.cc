#include "helpers/lab/image/kernel_needs.h"

#include <array>
#include <sstream>

namespace dualpath::lab {
namespace {

struct Need {
  const char* option;
  const char* module;  ///< null: the option is no module
  const char* purpose;
};

constexpr char kRoot[] = "the lab's root";
constexpr char kPorts[] = "the lab's control port";
constexpr char kPayload[] = "the disk with the case program";
constexpr char kPaths[] = "the rig's paths";
constexpr char kStorage[] = "the rig's storage";
constexpr char kMap[] = "the rig's map";
constexpr char kGuest[] = "the guest's disk";
constexpr char kBoot[] = "the lab's boot";

constexpr std::array<Need, 26> kNeeds = {{
    {"CONFIG_VIRTIO_PCI", "virtio_pci", kRoot},
    {"CONFIG_VIRTIO_PMEM", "virtio_pmem", kRoot},
    {"CONFIG_BLK_DEV_PMEM", "nd_pmem", kRoot},
    {"CONFIG_EXT4_FS", "ext4", kRoot},
    {"CONFIG_OVERLAY_FS", "overlay", kRoot},
    {"CONFIG_FS_DAX", nullptr, kRoot},
    {"CONFIG_VIRTIO_CONSOLE", "virtio_console", kPorts},
    {"CONFIG_VIRTIO_BLK", "virtio_blk", kPayload},
    {"CONFIG_CONFIGFS_FS", "configfs", kStorage},
    {"CONFIG_TARGET_CORE", "target_core_mod", kStorage},
    {"CONFIG_TCM_FILEIO", "target_core_file", kStorage},
    {"CONFIG_LOOPBACK_TARGET", "tcm_loop", kPaths},
    {"CONFIG_BLK_DEV_SD", "sd_mod", kPaths},
    {"CONFIG_CHR_DEV_SG", "sg", kPaths},
    {"CONFIG_DM_MULTIPATH", "dm_multipath", kMap},
    {"CONFIG_DM_MULTIPATH_ST", "dm_service_time", kMap},
    {"CONFIG_SCSI_VIRTIO", "virtio_scsi", kGuest},
    // Options that are no modules (bool).
    {"CONFIG_BLK_DEV_INITRD", nullptr, kBoot},
    {"CONFIG_BINFMT_ELF", nullptr, kBoot},
    {"CONFIG_BINFMT_SCRIPT", nullptr, kBoot},
    {"CONFIG_DEVTMPFS", nullptr, kBoot},
    {"CONFIG_TMPFS", nullptr, kBoot},
    {"CONFIG_CGROUPS", nullptr, "systemd"},
    {"CONFIG_UNIX", nullptr, "systemd"},
    {"CONFIG_INOTIFY_USER", nullptr, "systemd"},
    {"CONFIG_SERIAL_8250_CONSOLE", nullptr, "the lab's console"},
}};

/// Returns the options that are built in.
std::set<std::string> BuiltInTo(const std::string& config) {
  std::set<std::string> built_in;
  std::istringstream lines(config);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    if (line.rfind("CONFIG_", 0) != 0 || equals == std::string::npos) continue;
    if (line.substr(equals + 1) == "y") built_in.insert(line.substr(0, equals));
  }
  return built_in;
}

}  // namespace

std::vector<std::string> MissingOptions(const std::set<std::string>& provided,
                                        const std::string& config) {
  const std::set<std::string> built_in = BuiltInTo(config);
  std::vector<std::string> missing;
  for (const Need& need : kNeeds) {
    const bool is_provided =
        need.module != nullptr ? provided.count(need.module) != 0 : config.empty();
    if (!is_provided && built_in.count(need.option) == 0)
      missing.push_back(std::string(need.option) + " (" + need.purpose + ")");
  }
  return missing;
}

}  // namespace dualpath::lab
