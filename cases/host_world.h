#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "helpers/base/result.h"

namespace dualpath {

/// A lab VM set up as the machine of an administrator, with everything that a run could damage: an
/// LIO target with two paths, whose backstore has the article's name, /etc/multipath.conf and
/// multipathd's lists, a map over the paths, and a virtual machine.
class HostWorld {
 public:
  /// multipathd of the machine: configured and running, or never configured and stopped, as after
  /// the installation on Oracle Linux 7.
  enum class Multipathd { kRunning, kNeverConfigured };

  /// Takes the lab's own rig down first. The VM is used for nothing else afterwards.
  static Result<HostWorld> Create(Multipathd multipathd);

  /// Everything that must not change, by name: each file below /etc (type, mode, owner, content),
  /// LIO's objects, the maps' tables, the domains, multipathd, the data of the administrator's
  /// disk, and the places where a run could leave something behind.
  using State = std::map<std::string, std::string>;
  static Result<State> Look();

  /// Returns the names that differ, with both values; empty if there are none.
  static std::string Differences(const State& before, const State& after);

  /// Adds a target of this name to the administrator's backstore.
  Status AddTarget(const std::string& naa) const;

 private:
  explicit HostWorld(std::string backstore) : backstore_(std::move(backstore)) {}

  std::string backstore_;
};

/// Runs `action` in a child process, which ends with what it returns. If `kill_after` is given, the
/// child is killed (SIGKILL) after that time, if it still runs. Returns the exit status; negative:
/// the signal.
int RunInChild(const std::function<Status()>& action,
               std::optional<std::chrono::milliseconds> kill_after = {});

}  // namespace dualpath
