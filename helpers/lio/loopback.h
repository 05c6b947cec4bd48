#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/configfs.h"
#include "helpers/scsi/hctl.h"

namespace dualpath::lio {

/// `transport_status` of a target portal group. While offline, every command to the path ends with
/// DID_TRANSPORT_DISRUPTED and the disk's sysfs state stays "running". A target reset, which SCSI
/// error handling may send, sets it back to online.
enum class TransportStatus { kOnline, kOffline };

std::string ToString(TransportStatus status);

/// One path: a tcm_loop target, which is a separate SCSI host, with one LUN. With the default tag
/// its disk is H:0:1:0 (drivers/target/loopback/tcm_loop.c).
///
/// The object is a handle. Its destructor does not remove the target, because an adopted rig
/// outlives the process. The owner adds `Remove` to its Cleanup.
class LoopbackTarget {
 public:
  struct Options {
    std::string naa{};  ///< the target's name, "naa.5001405f01234ba3"
    /// The initiator's name; `DerivedNexus(naa)` if empty.
    std::string nexus{};
    unsigned tpgt = 1;  ///< target portal group tag, the T of H:C:T:L
  };

  /// The configfs and sysfs to work on.
  struct Roots {
    const ConfigFs& configfs = SystemConfigFs();
    std::string sysfs = "/sys";
  };

  /// Creates the target, the nexus and LUN 0, and links `backstore` to it, which adds the disk.
  /// Fails if a target of that name exists. If a step fails, the earlier ones are undone.
  static Result<LoopbackTarget> Create(const Options& options, const FileBackstore& backstore,
                                       const Roots& roots);
  static Result<LoopbackTarget> Create(const Options& options, const FileBackstore& backstore) {
    return Create(options, backstore, Roots());
  }

  /// Opens an existing target, which may lack nexus and LUN.
  static Result<LoopbackTarget> Open(const std::string& naa, unsigned tpgt, const Roots& roots);
  static Result<LoopbackTarget> Open(const std::string& naa, unsigned tpgt = 1) {
    return Open(naa, tpgt, Roots());
  }

  /// Returns the target's name with the last digit's bits inverted. The name identifies targets
  /// that this class created: targetcli's have random nexuses.
  static std::string DerivedNexus(const std::string& naa);

  const std::string& naa() const { return naa_; }

  Result<unsigned> HostNumber() const;
  Result<scsi::Hctl> Hctl() const;
  Result<std::string> Nexus() const;  ///< empty: none

  Status SetTransportStatus(TransportStatus status) const;

  /// Returns "fileio_0/storage", or an empty string if no backstore is linked to the LUN.
  Result<std::string> LinkedBackstore() const;

  /// Name of the target port group of LUN 0 (lio::PortGroup). A newly linked LUN is in
  /// "default_tg_pt_gp"; joining another one raises a UNIT ATTENTION.
  Result<std::string> PortGroupName() const;
  Status JoinPortGroup(const std::string& name) const;

  /// Links `backstore` to LUN 0. The kernel adds the disk at `Hctl()`.
  Status Link(const FileBackstore& backstore) const;

  /// Unlinks the backstore from LUN 0; the kernel then removes the disk. Does nothing if no
  /// backstore is linked.
  ///
  /// A deleted disk is first brought back by a rescan, with the transport online: unlinking a LUN
  /// without a disk would leak the group's port count, and the nexus could never be removed
  /// (tcm_loop_port_unlink).
  Status Unlink(Deadline deadline = Deadline::In(kScanBudget)) const;

  /// Unlinks the backstore, then removes nexus, LUN, group and target. The disk must not be in use.
  /// An incomplete target is removed too.
  Status Remove(Deadline deadline = Deadline::In(kScanBudget)) const;

  /// Budget of the rescan that brings back a deleted disk.
  static constexpr std::chrono::seconds kScanBudget{10};

 private:
  LoopbackTarget(std::string naa, unsigned tpgt, const Roots& roots)
      : naa_(std::move(naa)), tpgt_(tpgt), configfs_(&roots.configfs), sysfs_(roots.sysfs) {}

  std::string TargetPath() const { return "loopback/" + naa_; }
  std::string GroupPath() const { return TargetPath() + "/tpgt_" + std::to_string(tpgt_); }
  std::string LunPath() const { return GroupPath() + "/lun/lun_0"; }

  Status Build(const Options& options, const FileBackstore& backstore) const;
  Status BringBackDisk(Deadline deadline) const;

  std::string naa_;
  unsigned tpgt_;
  const ConfigFs* configfs_;
  std::string sysfs_;
};

}  // namespace dualpath::lio
