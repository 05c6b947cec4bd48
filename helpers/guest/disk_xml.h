#pragma once

#include <boost/property_tree/ptree_fwd.hpp>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/scsi/hctl.h"

namespace dualpath::guest {

/// QEMU device that provides the guest's disk.
enum class DiskKind {
  kScsiBlock,  ///< device='lun': passes the guest's commands to the block device with SG_IO
  kScsiHd,     ///< device='disk' on virtio-scsi: QEMU emulates the SCSI disk with reads and writes
  kVirtioBlk,  ///< device='disk' on virtio: the same without SCSI
  kScsiGeneric,  ///< SCSI host device, through its /dev/sgN: one path, bypassing dm-multipath
};

/// "scsi-block", "scsi-hd", "virtio-blk", "scsi-generic": QEMU's names.
std::string ToString(DiskKind kind);

/// The guest's only disk. The defaults pass a block device through.
struct DiskOptions {
  DiskKind kind = DiskKind::kScsiBlock;
  std::string source{};                  ///< "/dev/mapper/mpatha", or one path: "/dev/sdb"
  scsi::Hctl scsi_device{};              ///< instead of `source` for kScsiGeneric: 3:0:1:0
  std::string error_policy = "report";   ///< writes: stop, report, ignore or enospace
  std::string rerror_policy = "report";  ///< reads: stop, report or ignore
  bool managed_reservations = false;     ///< qemu-pr-helper for persistent reservations
};

bool operator==(const DiskOptions& a, const DiskOptions& b);
bool operator!=(const DiskOptions& a, const DiskOptions& b);

/// "scsi-block on /dev/mapper/mpatha, errors: report (writes), report (reads)".
std::string ToString(const DiskOptions& options);

/// Checks that libvirt and QEMU support the options; the error names the one that does not.
Status Validate(const DiskOptions& options);

/// Appends the <disk> or <hostdev> element to a domain's <devices>: uncached, and with native AIO
/// where QEMU does the I/O.
/// https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
void AddDisk(boost::property_tree::ptree& devices, const DiskOptions& options);

/// Returns the element alone, for attaching it to a running domain.
std::string RenderDiskXml(const DiskOptions& options);

/// A disk of a domain and libvirt's name for it.
struct AttachedDisk {
  std::string alias;  ///< "scsi0-0-0-0"; empty if the domain is not running
  DiskOptions options;
};

/// Finds every disk and SCSI host device in a domain's XML.
Result<std::vector<AttachedDisk>> DisksIn(const std::string& domain_xml);

}  // namespace dualpath::guest
