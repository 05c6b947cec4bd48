#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lio/configfs.h"
#include "helpers/lio/inventory.h"

namespace dualpath::host {

/// A dm-multipath map over paths of ours.
struct LeftoverMap {
  std::string name;  ///< "mpatha"
  std::string wwid;
};

/// What a killed run left on this machine.
struct Leftovers {
  std::vector<LeftoverMap> maps;
  lio::Inventory lio;
  std::vector<std::string> files;  ///< of the backstores, and what a rig has beside them
  std::string multipath_config{};  ///< our drop-in; empty: it is not there

  bool empty() const;

  /// One line for each object: what a dry run prints.
  std::string ToString() const;
};
inline std::ostream& operator<<(std::ostream& out, const Leftovers& leftovers) {
  return out << leftovers.ToString();
}

/// Finds and removes what is ours, and nothing else. Ours are
///  - fileio backstores whose file lies in the state directory, and that file;
///  - a rig's own files in there, also where the backstore is gone (this machine was restarted);
///  - loopback targets that lead to such backstores and to no other, or that lead to none and have
///    the nexus that `LoopbackTarget` gives;
///  - multipath maps with the WWID of such a backstore;
///  - the drop-in file of multipath's configuration.
/// Guests are somebody else's: their removal is handed in.
class Sweep {
 public:
  /// The parts of the machine that are worked on. Tests put others in their place.
  struct Machine {
    const lio::ConfigFs& configfs = lio::SystemConfigFs();
    std::string sysfs = "/sys";
    std::string state_directory = "/var/lib/dualpath";
    std::string multipath_config = "/etc/multipath/conf.d/dualpath.conf";
    std::vector<std::string> rig_files;  ///< what a rig has in the state directory, by their paths
    /// `dmsetup message MAP 0 fail_if_no_path`
    std::function<Status(const std::string& map)> stop_queueing;
    /// `multipath -f MAP`
    std::function<Status(const std::string& map)> flush_map;

    static Machine This();
  };

  using Action = std::function<Status()>;

  explicit Sweep(Machine machine);

  Result<Leftovers> Find() const;

  /// Runs `first` (they end the guests), then takes down maps, targets, backstores and files, each
  /// after what uses it. Goes on after a failure with whatever does not depend on it; all failures
  /// are in the error. multipathd keeps our configuration until the caller reconfigures it.
  Status Remove(const Leftovers& leftovers, const std::vector<Action>& first = {}) const;

 private:
  Result<std::vector<LeftoverMap>> MapsOf(const std::vector<std::string>& wwids) const;
  Status RemoveMaps(const std::string& wwid) const;
  Status RemoveBackstore(const Leftovers& leftovers, const lio::FoundBackstore& backstore) const;
  Status RemoveTarget(const lio::FoundTarget& target) const;

  Machine machine_;
};

}  // namespace dualpath::host
