#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::host {

/// Something that a case needs and this machine lacks, and what to do about it. Fixtures skip with
/// it as the reason, or fail if DUALPATH_STRICT is 1.
struct Missing {
  std::string what;    ///< "program multipath"
  std::string remedy;  ///< "Debian: apt-get install multipath-tools; OL7: yum install ..."

  std::string ToString() const { return what + " is missing. " + remedy; }
};
inline std::ostream& operator<<(std::ostream& out, const Missing& missing) {
  return out << missing.ToString();
}

/// What this machine can do. Every check returns what is missing, or nothing if all is well.
class Requirements {
 public:
  /// The parts of the machine that are looked at. Tests put others in their place.
  struct Machine {
    std::string sys = "/sys";
    std::string proc = "/proc";
    std::string modules{};  ///< empty: /lib/modules/RELEASE of the running kernel
    std::string libvirt_sockets = "/run/libvirt";
    bool is_root = false;
    /// The program's full path, or an empty string.
    std::function<std::string(const std::string& name)> find_program;
    std::function<Status(const std::string& module)> load_module;
    std::function<Status(const std::string& directory)> mount_configfs;

    static Machine This();
  };

  explicit Requirements(Machine machine = Machine::This());

  std::optional<Missing> Root() const;

  /// The kernel has the module: loaded, built in, or to be loaded.
  std::optional<Missing> Module(const std::string& name) const;

  /// As `Module`, and it is loaded on return: modprobe is run if it must be.
  std::optional<Missing> EnsureModule(const std::string& name) const;

  /// In PATH or the sbin directories. "qemu" stands for the system emulator under any of its
  /// names, as /usr/libexec/qemu-kvm.
  std::optional<Missing> Program(const std::string& name) const;

  /// configfs is mounted on /sys/kernel/config; it is mounted if it is not and we are root.
  std::optional<Missing> ConfigFs() const;

  /// libvirt's daemon listens: the monolithic one or virtqemud.
  std::optional<Missing> LibvirtSocket() const;

  /// What a rig needs, all of it, in an order in which it makes sense to repair.
  std::vector<Missing> ForRig() const;

  /// What a guest needs besides a rig.
  std::vector<Missing> ForGuest() const;

  /// What fio in the guest needs on this machine, from which it is sent there.
  std::vector<Missing> ForFio() const;

  /// What a guest's persistent reservations need besides a guest: the helper that QEMU asks, and
  /// the program that does the same from the host.
  std::vector<Missing> ForReservations() const;

 private:
  bool IsLoadedOrBuiltIn(const std::string& name) const;
  bool IsLoadable(const std::string& name) const;
  bool ConfigFsIsMounted() const;

  Machine machine_;
};

}  // namespace dualpath::host
