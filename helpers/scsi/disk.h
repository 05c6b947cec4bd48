#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/device_number.h"
#include "helpers/base/result.h"
#include "helpers/scsi/hctl.h"

namespace dualpath::scsi {

/// A SCSI disk, identified by its H:C:T:L. Every call looks up sdX again, because the kernel reuses
/// a freed letter for the next disk; do not keep the name across a delete.
///
/// The object is only an address: it can be created and kept while the disk does not exist.
/// Attributes: Documentation/ABI/testing/sysfs-bus-scsi-devices and drivers/scsi/scsi_sysfs.c.
class Disk {
 public:
  explicit Disk(Hctl hctl, std::string sysfs = "/sys") : hctl_(hctl), sysfs_(std::move(sysfs)) {}

  /// Waits until the disk and its sdX exist: the sd driver probes asynchronously to the scan.
  static Result<Disk> Await(Hctl hctl, Deadline deadline, std::string sysfs = "/sys");

  const Hctl& hctl() const { return hctl_; }

  bool Exists() const;

  Result<std::string> BlockName() const;                ///< "sdb"
  Result<std::string> DevicePath() const;               ///< "/dev/sdb"
  Result<dualpath::DeviceNumber> DeviceNumber() const;  ///< 8:16

  /// "/dev/sg2", which exists even without sdX. Needs the module sg.
  Result<std::string> GenericPath() const;

  Result<std::uint64_t> SizeBytes() const;
  Result<std::string> Vendor() const;  ///< "LIO-ORG"
  Result<std::string> Model() const;   ///< "storage"
  Result<std::string> State() const;   ///< "running", "offline", "transport-offline", ...

  /// Asymmetric access state as the kernel's handler (scsi_dh_alua) knows it: "active/optimized".
  Result<std::string> AccessState() const;

  /// SCSI commands that the device has completed since it was added (iodone_cnt): I/O of every
  /// kind, SG_IO passthrough and checks of multipathd included. /sys/block/sdX/stat would not do:
  /// the block layer does not count passthrough (blk_do_io_stat), which is how QEMU's scsi-block
  /// does all I/O.
  Result<std::uint64_t> IoCount() const;

  /// Returns the number of commands that the SCSI host's driver has not completed yet
  /// (device_busy).
  Result<std::uint64_t> InFlight() const;

  /// Removes the device from the kernel, like `echo 1 > .../delete`. A rescan brings it back.
  Status Delete() const;

  /// Unbinds the sd driver from the device: sdX disappears, while SCSI commands through
  /// `GenericPath` still work.
  Status UnbindBlockDriver() const;

  /// Sets the state to "running" or "offline", all that store_state_field accepts.
  Status SetState(const std::string& state) const;

 private:
  std::string Directory() const;
  std::string BlockAttribute(const std::string& block_name, const std::string& attribute) const;
  Result<std::string> Attribute(const std::string& name) const;

  Hctl hctl_;
  std::string sysfs_;
};

inline std::ostream& operator<<(std::ostream& out, const Disk& disk) {
  return out << "the disk at " << disk.hctl();
}

}  // namespace dualpath::scsi
