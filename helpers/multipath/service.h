#pragma once

#include <functional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/dm/sysfs_maps.h"
#include "helpers/multipath/config.h"
#include "helpers/multipath/daemon.h"
#include "helpers/multipath/original_state.h"
#include "helpers/multipath/version.h"

namespace dualpath::multipath {

/// Returns the version of multipath-tools on this machine.
Result<Version> InstalledVersion();

/// multipathd as a service of the machine: its files and whether it runs. The original state is
/// saved in a directory, so that another process can restore it.
class Service {
 public:
  /// Files and functions of the machine, which tests replace.
  struct Machine {
    std::string drop_in = "/etc/multipath/conf.d/dualpath.conf";
    std::string main_config = "/etc/multipath.conf";
    std::string wwids = "/etc/multipath/wwids";
    std::string bindings = "/etc/multipath/bindings";
    std::string reservation_keys = "/etc/multipath/prkeys";
    /// A lab VM has no disks of others to protect, and people try other maps in its shell.
    bool has_only_ours = false;
    Daemon daemon{};
    /// `systemctl VERB multipathd`, with VERB "start" or "stop".
    std::function<Status(const std::string& verb)> systemctl;
    /// `systemctl kill --signal=NAME multipathd`, with NAME "STOP" or "CONT"
    std::function<Status(const std::string& name)> signal;
    /// `systemctl is-active multipathd`
    std::function<Result<bool>()> is_active;
    std::function<Result<Version>()> installed_version;
    std::function<Result<std::vector<dm::MultipathMap>>()> maps;
    /// `dmsetup remove MAP`; fails if the map is in use.
    std::function<Status(const std::string& map)> remove_map;

    static Machine This();
  };

  explicit Service(std::string state_directory, Machine machine = Machine::This());

  /// Starts multipathd unless it runs, continues it if it is held, and returns once it has read its
  /// configuration.
  Status Start() const;

  /// Stops multipathd as an administrator does. If systemd listens on its socket, the next command
  /// to multipathd starts it again.
  Status Stop() const;

  /// Stops the process of multipathd by SIGSTOP, which `Continue`, `Start` and `Restore` undo.
  /// systemd sends the signals, since multipathd cannot be asked for its process while it is held.
  Status Hold() const { return machine_.signal("STOP"); }
  Status Continue() const { return machine_.signal("CONT"); }

  /// Kills multipathd and returns once the process has ended; systemd may restart it immediately.
  Status Kill() const;

  /// Writes the drop-in and makes multipathd use it, starting it if necessary. `wwid`: the rig's.
  ///
  /// Does not change /etc/multipath.conf, but creates one without settings if it is missing, since
  /// OL7's unit requires it. Before, OL7's multipathd would not have touched any disk, and a
  /// stopped one does not: in both cases the drop-in blacklists every disk but the rig's and those
  /// that are multipathed already.
  Status Apply(const Config& config, const std::string& wwid) const;

  /// Returns whether `Restore` has anything to undo.
  bool IsChanged() const;

  /// Restores the state before the first `Apply`: multipathd stopped, without maps that it created
  /// since then, or running with the host's configuration; and its files byte for byte, except for
  /// lines that others have added. Can be repeated after a kill at any point.
  Status Restore(const std::string& wwid) const;

 private:
  Status AwaitIdle() const;
  Status ContinueIfHeld() const;
  std::string OriginalStateFile() const;
  std::vector<std::string> ListFiles() const;
  Result<OriginalState> SaveOriginalState(const std::string& wwid) const;
  Status RemoveNewMaps(const OriginalState& before, std::vector<std::string>& wwids) const;
  Status RemoveConfiguration(const OriginalState& before) const;
  Status Forget(const OriginalState& before, const std::string& wwid) const;
  Status RemoveCreatedFiles(const OriginalState& before) const;

  std::string state_directory_;
  Machine machine_;
};

}  // namespace dualpath::multipath
