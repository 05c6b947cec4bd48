#pragma once

#include <string>
#include <utility>

#include "helpers/base/result.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// An iSCSI target with one portal group, one portal and one LUN, open to every initiator
/// (generate_node_acls). Its LUN is number 1: as LUN 0 LIO would present a disk of 64 blocks of its
/// own while nothing is linked, which a path checker finds good (target_core_device.c,
/// g_lun0_dev).
///
/// The object is a handle. Its destructor does not remove the target.
class IscsiTarget {
 public:
  static constexpr unsigned kLun = 1;

  struct Options {
    std::string iqn{};     ///< the target's name, "iqn.2003-01.org.linux-iscsi.dualpath:a"
    std::string portal{};  ///< "127.0.0.1:3260"
  };

  /// Creates the target and enables its portal group. Fails if a target of that name exists. If a
  /// step fails, the earlier ones are undone.
  static Result<IscsiTarget> Create(const Options& options, const FileBackstore& backstore,
                                    const ConfigFs& configfs = SystemConfigFs());

  /// Opens an existing target, which may be incomplete.
  static Result<IscsiTarget> Open(const std::string& iqn,
                                  const ConfigFs& configfs = SystemConfigFs());

  const std::string& iqn() const { return iqn_; }

  /// Enables or disables the portal group. Disabling closes every connection; while it is disabled,
  /// logins are rejected with "service unavailable", and initiators try again.
  Status SetEnabled(bool enabled) const;

  /// Returns "fileio_0/storage", or an empty string if no backstore is linked to the LUN.
  Result<std::string> LinkedBackstore() const;

  /// Links a backstore to the LUN, or unlinks it. Sessions stay, and so do the initiators' disks,
  /// which are not told: LIO reports a changed inventory only on the other LUNs of a session
  /// (target_luns_data_has_changed).
  Status Link(const FileBackstore& backstore) const;
  Status Unlink() const;

  /// Removes the target, even if it is incomplete; closes its connections.
  Status Remove() const;

 private:
  IscsiTarget(std::string iqn, const ConfigFs& configfs)
      : iqn_(std::move(iqn)), configfs_(&configfs) {}

  std::string TargetPath() const { return "iscsi/" + iqn_; }
  std::string GroupPath() const { return TargetPath() + "/tpgt_1"; }
  std::string LunPath() const { return GroupPath() + "/lun/lun_" + std::to_string(kLun); }

  Status Build(const Options& options, const FileBackstore& backstore) const;

  std::string iqn_;
  const ConfigFs* configfs_;
};

}  // namespace dualpath::lio
