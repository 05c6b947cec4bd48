#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::host {

/// A requirement of a case that this machine does not meet, with the remedy. Fixtures skip with it
/// as the reason, or fail if DUALPATH_STRICT is 1.
struct Missing {
  std::string what;    ///< "program multipath"
  std::string remedy;  ///< "Install it: apt-get install multipath-tools (Debian), or ..."

  /// Returns "program multipath is missing. Install it: ...".
  std::string ToString() const { return what + " is missing. " + remedy; }
};
inline std::ostream& operator<<(std::ostream& out, const Missing& missing) {
  return out << missing.ToString();
}

/// Checks of this machine. Each returns what is missing, or an empty optional or list.
class Requirements {
 public:
  /// Directories and functions of the machine, which tests replace.
  struct Machine {
    std::string sys = "/sys";
    std::string proc = "/proc";
    std::string modules{};  ///< empty: /lib/modules/RELEASE of the running kernel
    std::string libvirt_sockets = "/run/libvirt";
    bool is_root = false;
    /// Returns the program's file name, or an empty string.
    std::function<std::string(const std::string& name)> find_program;
    std::function<Status(const std::string& module)> load_module;
    std::function<Status(const std::string& directory)> mount_configfs;

    static Machine This();
  };

  explicit Requirements(Machine machine = Machine::This());

  std::optional<Missing> Root() const;

  /// Checks that the module is loaded, built in, or installed for this kernel.
  std::optional<Missing> Module(const std::string& name) const;

  /// Like `Module`, and loads the module with modprobe if necessary.
  std::optional<Missing> EnsureModule(const std::string& name) const;

  /// Checks for a program in PATH or the sbin directories. "qemu" stands for the system emulator
  /// under any of its names, such as /usr/libexec/qemu-kvm.
  std::optional<Missing> Program(const std::string& name) const;

  /// Checks that configfs is mounted on /sys/kernel/config; as root, mounts it if necessary.
  std::optional<Missing> ConfigFs() const;

  /// Checks for the socket of libvirtd or virtqemud.
  std::optional<Missing> LibvirtSocket() const;

  /// Checks all requirements of a rig, in the order in which to fix them.
  std::vector<Missing> ForRig() const;

  /// Checks the further requirements of a rig with iSCSI paths.
  std::vector<Missing> ForIscsi() const;

  /// Checks the further requirements of a guest.
  std::vector<Missing> ForGuest() const;

  /// Checks the programs for fio in the guest, which is copied from this machine.
  std::vector<Missing> ForFio() const;

  /// Checks the programs for the conformance tests, which are copied from this machine to the
  /// guest.
  std::vector<Missing> ForConformance() const;

  /// Checks the programs for persistent reservations of the guest (qemu-pr-helper) and of this
  /// machine (mpathpersist).
  std::vector<Missing> ForReservations() const;

 private:
  bool IsLoadedOrBuiltIn(const std::string& name) const;
  bool IsLoadable(const std::string& name) const;
  bool ConfigFsIsMounted() const;

  Machine machine_;
};

}  // namespace dualpath::host
