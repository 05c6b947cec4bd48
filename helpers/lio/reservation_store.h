#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// Where LIO keeps what APTPL asks it to keep: one file for each serial number that has seen a
/// registration, "/var/target/pr/aptpl_SERIAL".
///
/// LIO writes it after every PERSISTENT RESERVE OUT, APTPL or not. Where the directory is missing
/// it answers CHECK CONDITION, LOGICAL UNIT COMMUNICATION FAILURE, although it has done what was
/// asked (drivers/target/target_core_pr.c, core_scsi3_update_and_write_aptpl). Nobody makes the
/// directory but rtslib, when it saves its configuration.
class ReservationStore {
 public:
  explicit ReservationStore(const ConfigFs& configfs = SystemConfigFs()) : configfs_(&configfs) {}

  /// "pr" below the attribute `dbroot`, which kernels before 4.8 do not have: /var/target there.
  std::string Directory() const;

  /// Makes the directory. Returns whether it was missing.
  Result<bool> Create() const;

  /// What LIO has written down of the unit with this serial number. No error if that is nothing.
  Status Forget(const std::string& serial) const;

  /// Removes the directory, and the one above it, as far as they are empty.
  void Remove() const;

 private:
  const ConfigFs* configfs_;
};

}  // namespace dualpath::lio
