#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/scsi/hctl.h"

namespace dualpath::guest {

/// By which of QEMU's devices the guest gets its disk.
enum class DiskKind {
  kScsiBlock,  ///< device='lun': the guest's commands go to the block device as they are, by SG_IO
  kScsiHd,     ///< device='disk' on virtio-scsi: QEMU is the SCSI disk, its I/O is reads and writes
  kVirtioBlk,  ///< device='disk' on virtio: the same without SCSI
  kScsiGeneric,  ///< a SCSI host device, by its /dev/sgN: one path, past dm-multipath
};

/// "scsi-block", "scsi-hd", "virtio-blk", "scsi-generic": QEMU's names.
std::string ToString(DiskKind kind);

/// The guest's one disk. The defaults pass a block device through.
struct DiskOptions {
  DiskKind kind = DiskKind::kScsiBlock;
  std::string source{};                  ///< "/dev/mapper/mpatha", or a path's own "/dev/sdb"
  scsi::Hctl scsi_device{};              ///< instead of `source` for kScsiGeneric: 3:0:1:0
  std::string error_policy = "report";   ///< writes: stop, report, ignore or enospace
  std::string rerror_policy = "report";  ///< reads: stop, report or ignore
  bool managed_reservations = false;     ///< qemu-pr-helper for persistent reservations
};

bool operator==(const DiskOptions& a, const DiskOptions& b);
bool operator!=(const DiskOptions& a, const DiskOptions& b);

/// "scsi-block on /dev/mapper/mpatha, errors: report (writes), report (reads)".
std::string ToString(const DiskOptions& options);

/// Whether libvirt and QEMU can do that; the error says which of them refuses, and what.
Status Validate(const DiskOptions& options);

/// The <disk> or <hostdev> element, uncached, by native AIO where QEMU does I/O itself:
/// https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
std::string RenderDiskXml(const DiskOptions& options);

/// A disk of a domain, under the name that libvirt has given it.
struct AttachedDisk {
  std::string alias;  ///< "scsi0-0-0-0"; empty if the domain is not running
  DiskOptions options;
};

/// Every disk and SCSI host device of a domain, by its XML.
Result<std::vector<AttachedDisk>> DisksIn(const std::string& domain_xml);

}  // namespace dualpath::guest
