#pragma once

#include <string>
#include <utility>

#include "helpers/base/result.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/configfs.h"
#include "helpers/scsi/reports.h"

namespace dualpath::lio {

/// Who may change the access state of a target port group (`alua_access_type`).
enum class AccessType {
  kImplicit = 1,             ///< the target
  kImplicitAndExplicit = 3,  ///< an initiator, too: SET TARGET PORT GROUPS
};

/// An ALUA target port group of a backstore (drivers/target/target_core_alua.c). Every LUN is in
/// one, at first in "default_tg_pt_gp".
///
/// The object is a handle. `FileBackstore::Remove` removes the groups.
class PortGroup {
 public:
  /// Creates core/HBA/NAME/alua/`name` with this identifier, unless the group exists.
  static Result<PortGroup> CreateOrOpen(const FileBackstore& backstore, const std::string& name,
                                        unsigned id, const ConfigFs& configfs = SystemConfigFs());

  /// Opens the group of a backstore, such as "fileio_0/storage" (LoopbackTarget::LinkedBackstore,
  /// PortGroupName). Not checked.
  static PortGroup Open(const std::string& backstore, const std::string& name,
                        const ConfigFs& configfs = SystemConfigFs());

  const std::string& name() const { return name_; }

  /// Changes the state as the target does (implicit ALUA), which raises a UNIT ATTENTION. Fails
  /// unless the group is then in this state.
  Status SetState(scsi::AluaState state) const;
  Result<scsi::AluaState> State() const;

  /// Raises no UNIT ATTENTION. Initiators read the type in the INQUIRY data when they find a disk.
  Status SetType(AccessType type) const;
  Result<AccessType> Type() const;

  /// The PREF bit in REPORT TARGET PORT GROUPS; raises no UNIT ATTENTION.
  Status SetPreferred(bool preferred) const;

 private:
  PortGroup(std::string directory, std::string name, const ConfigFs& configfs)
      : directory_(std::move(directory)), name_(std::move(name)), configfs_(&configfs) {}
  Result<unsigned> Number(const std::string& attribute) const;

  std::string directory_;
  std::string name_;
  const ConfigFs* configfs_;
};

}  // namespace dualpath::lio
