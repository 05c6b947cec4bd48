#pragma once

#include <functional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/multipath/config.h"
#include "helpers/multipath/daemon.h"
#include "helpers/multipath/version.h"

namespace dualpath::multipath {

/// Of the multipath-tools on this machine.
Result<Version> InstalledVersion();

/// multipathd as a service of the machine: its files and whether it runs. What has to be put back
/// is remembered in a directory of ours, so that another process can do it.
class Service {
 public:
  /// The parts of the machine that are worked on. Tests put others in their place.
  struct Machine {
    std::string drop_in = "/etc/multipath/conf.d/dualpath.conf";
    std::string main_config = "/etc/multipath.conf";
    std::string wwids = "/etc/multipath/wwids";
    std::string reservation_keys = "/etc/multipath/prkeys";
    Daemon daemon{};
    /// `systemctl VERB multipathd`, with VERB "start" or "stop".
    std::function<Status(const std::string& verb)> systemctl;
    /// `systemctl is-active multipathd`
    std::function<Result<bool>()> is_active;
    std::function<Result<Version>()> installed_version;

    static Machine This();
  };

  explicit Service(std::string state_directory, Machine machine = Machine::This());

  /// Starts it unless it runs, and returns once it has read its configuration.
  Status Start() const;

  /// Stops it as the administrator does. Where systemd listens on its socket, whoever asks it
  /// something starts it again.
  Status Stop() const;

  /// Kills it, and returns once the process is gone; systemd may start another at once.
  Status Kill() const;

  /// Writes the drop-in and makes a running or newly started multipathd use it. /etc/multipath.conf
  /// is never changed; an empty one is made where there is none, as OL7's unit does not start
  /// without.
  Status Apply(const Config& config) const;

  /// Whether there is something for `Restore` to put back.
  bool IsChanged() const;

  /// Removes the drop-in and the WWID, and leaves multipathd as the first `Apply` found it:
  /// stopped, or running with its own configuration.
  Status Restore(const std::string& wwid) const;

 private:
  Status AwaitIdle() const;
  Status RememberWhatWasFound() const;
  Status Forget(const std::string& wwid) const;
  Status RemoveOurMainConfig() const;

  std::string state_directory_;
  Machine machine_;
};

}  // namespace dualpath::multipath
