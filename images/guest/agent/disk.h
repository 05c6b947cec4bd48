#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::agent {

/// Selects the disk that the agent uses.
struct DiskOptions {
  std::string path{};               ///< device or regular file; empty: the first disk
  std::string sysfs_root = "/sys";  ///< root of the search for disks
  std::string dev_root = "/dev";
};

/// Device node and sysfs directories of a disk.
struct DiskLocation {
  std::string path;
  std::string block_device{};  ///< ".../block/sda"; empty for a given path
  std::string scsi_device{};   ///< ".../0:0:0:0"; empty if it is not a SCSI disk
  std::uint64_t instance = 0;  ///< differs for successive disks of the same name
};

bool operator==(const DiskLocation& a, const DiskLocation& b);

/// Finds the disk with the lowest H:C:T:L in /sys/bus/scsi/devices, else the first virtio-blk disk.
std::optional<DiskLocation> FindDisk(const DiskOptions& options);

/// Opens the disk for direct I/O; only a regular file on a file system without O_DIRECT (tmpfs
/// before Linux 6.6) without it. `flags` are those of open(2) to add: O_DSYNC.
Result<UniqueFd> OpenDisk(const std::string& path, int flags = 0);

/// Reads standard INQUIRY and VPD page 0x83 with SG_IO, and the size. May block as long as the
/// paths behind the disk do. Returns nothing if the disk cannot be opened yet.
std::optional<wire::DiskAnswer> InquireDisk(const DiskLocation& location);

/// Adds the attributes in sysfs. Never blocks.
void DescribeDisk(const DiskLocation& location, wire::DiskAnswer& answer);

}  // namespace dualpath::guest::agent
