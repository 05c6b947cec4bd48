#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// The directory in which LIO persists reservations for APTPL: one file for each unit serial number
/// that has had a registration, "/var/target/pr/aptpl_SERIAL".
///
/// LIO writes it after every PERSISTENT RESERVE OUT, with or without APTPL. If the directory is
/// missing, the command is carried out but ends with CHECK CONDITION, LOGICAL UNIT COMMUNICATION
/// FAILURE (drivers/target/target_core_pr.c, core_scsi3_update_and_write_aptpl). Only rtslib
/// creates the directory, when it saves its configuration.
class ReservationStore {
 public:
  explicit ReservationStore(const ConfigFs& configfs = SystemConfigFs()) : configfs_(&configfs) {}

  /// Returns "pr" below the attribute `dbroot`, or below /var/target on kernels before 4.8, which
  /// lack the attribute.
  std::string Directory() const;

  /// Creates the directory. Returns whether it was missing.
  Result<bool> Create() const;

  /// Removes the file of the unit with this serial number, if there is one.
  Status Forget(const std::string& serial) const;

  /// Removes the directory and its parent, each if it is empty.
  void Remove() const;

 private:
  const ConfigFs* configfs_;
};

}  // namespace dualpath::lio
