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

/// `transport_status` of a target portal group. Offline: every command to the path ends with
/// DID_TRANSPORT_DISRUPTED while the disk's sysfs state stays "running". A target reset, as error
/// handling may send, sets it back to online.
enum class TransportStatus { kOnline, kOffline };

std::string ToString(TransportStatus status);

/// One path: a tcm_loop target, which is a SCSI host of its own, with one LUN. With the default
/// tag its disk is H:0:1:0 (drivers/target/loopback/tcm_loop.c).
///
/// The object is a handle. It does not remove the target when it goes: rigs outlive a process when
/// they are adopted. Who owns it adds `Remove` to its Cleanup.
class LoopbackTarget {
 public:
  struct Options {
    std::string naa{};  ///< the target's name, "naa.5001405f01234ba3"
    /// The initiator's name; `DerivedNexus(naa)` if empty.
    std::string nexus{};
    unsigned tpgt = 1;  ///< target portal group tag, the T of H:C:T:L
  };

  /// The trees it works on.
  struct Roots {
    const ConfigFs& configfs = SystemConfigFs();
    std::string sysfs = "/sys";
  };

  /// Makes the target, the nexus and LUN 0, and links `backstore` into it: the disk appears.
  /// A target of that name that is there already is an error, never adopted. What was made is
  /// undone if a step fails.
  static Result<LoopbackTarget> Create(const Options& options, const FileBackstore& backstore,
                                       const Roots& roots);
  static Result<LoopbackTarget> Create(const Options& options, const FileBackstore& backstore) {
    return Create(options, backstore, Roots());
  }

  /// Takes over an existing one, with whatever it has of nexus and LUN.
  static Result<LoopbackTarget> Open(const std::string& naa, unsigned tpgt, const Roots& roots);
  static Result<LoopbackTarget> Open(const std::string& naa, unsigned tpgt = 1) {
    return Open(naa, tpgt, Roots());
  }

  /// The target's name with the last digit's bits inverted. That a nexus has this name tells a
  /// target that this class made from one of targetcli's, whose are random.
  static std::string DerivedNexus(const std::string& naa);

  const std::string& naa() const { return naa_; }

  Result<unsigned> HostNumber() const;
  Result<scsi::Hctl> Hctl() const;
  Result<std::string> Nexus() const;  ///< empty: none

  Status SetTransportStatus(TransportStatus status) const;

  /// "fileio_0/storage", or empty if the LUN has no backstore linked.
  Result<std::string> LinkedBackstore() const;

  /// Links `backstore` to LUN 0: the kernel adds the disk at `Hctl()`.
  Status Link(const FileBackstore& backstore) const;

  /// Takes the backstore from LUN 0: the kernel removes the disk. Harmless if nothing is linked.
  ///
  /// A disk that was deleted is scanned back first, with the transport online: unlinking a LUN
  /// without a disk would leak the group's port count, and the nexus could never be removed
  /// (tcm_loop_port_unlink).
  Status Unlink(Deadline deadline = Deadline::In(kScanBudget)) const;

  /// Unlinks, then removes nexus, LUN, group and target. Nothing may use the disk.
  /// Also for a target that is only half there.
  Status Remove(Deadline deadline = Deadline::In(kScanBudget)) const;

  /// For the scan that brings a deleted disk back.
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
