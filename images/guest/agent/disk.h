#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::agent {

/// Which disk the agent uses.
struct DiskOptions {
  std::string path{};               ///< a device or a regular file; empty: the first disk
  std::string sysfs_root = "/sys";  ///< where disks are looked for
  std::string dev_root = "/dev";
};

/// The disk that was found: its node, and where it is in sysfs.
struct DiskLocation {
  std::string path;
  std::string block_device{};  ///< ".../block/sda"; empty for a given path
  std::string scsi_device{};   ///< ".../0:0:0:0"; empty if it is not a SCSI disk
  std::uint64_t instance = 0;  ///< differs between two disks that had the same name in turn
};

bool operator==(const DiskLocation& a, const DiskLocation& b);

/// The disk with the lowest H:C:T:L among /sys/bus/scsi/devices, or else the first virtio-blk disk,
/// or nothing yet.
std::optional<DiskLocation> FindDisk(const DiskOptions& options);

/// For direct I/O. A regular file on a file system without O_DIRECT (tmpfs before Linux 6.6) is
/// opened without it; a device never is.
Result<UniqueFd> OpenDisk(const std::string& path);

/// What the disk itself says: standard INQUIRY and VPD page 0x83 by SG_IO, and its size. May block
/// for as long as the paths behind the disk do. Nothing from a disk that cannot be opened yet.
std::optional<wire::DiskAnswer> InquireDisk(const DiskLocation& location);

/// Adds what sysfs says. Never blocks.
void DescribeDisk(const DiskLocation& location, wire::DiskAnswer& answer);

}  // namespace dualpath::guest::agent
