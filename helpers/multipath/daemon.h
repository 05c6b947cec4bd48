#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/multipath/topology.h"

namespace dualpath::multipath {

/// A client of multipathd's command socket (multipathd(8), libmpathcmd). In both directions a
/// message is a native size_t, the length including the closing NUL, followed by the text. Every
/// command uses a new connection.
///
/// With systemd's socket activation, a command to a stopped multipathd starts it.
class Daemon {
 public:
  /// Sockets that are tried, in this order; '@' marks an abstract name. The second exists since
  /// 0.12.
  static std::vector<std::string> DefaultSockets() {
    return {"@/org/kernel/linux/storage/multipathd", "/run/multipathd.socket"};
  }

  explicit Daemon(std::vector<std::string> sockets = DefaultSockets());

  /// Returns the reply without the closing NUL, otherwise unchanged. multipathd replies to an
  /// unknown or failed command with text, too ("fail"); that is not an `Error` here.
  Result<std::string> Ask(const std::string& command, Deadline deadline) const;

  /// Sends a command that changes something. Fails with the reply unless that is "ok", as for
  /// "fail\nmap or partition in use". Repeats the command while the reply is "timeout": multipathd
  /// was busy and has not carried it out.
  Status Execute(const std::string& command, Deadline deadline) const;

  /// Parses "show maps json", or `ShowTopologyText` before 0.6.2, which lacks that command. See
  /// `ParseMapsJson` for what JSON lacks.
  Result<Topology> ShowTopology(Deadline deadline) const;

  /// Parses "show maps topology": slower, but it has the paths' H:C:T:L.
  Result<Topology> ShowTopologyText(Deadline deadline) const;

  /// Returns the column `wanted` of "show maps format" or "show paths format" in the line whose
  /// column `key` holds `value`; columns are wildcards of multipathd(8): "%w", "%i". The `Error`
  /// for a missing line quotes the reply.
  Result<std::string> ShowColumn(const std::string& things, const std::string& key,
                                 const std::string& value, const std::string& wanted,
                                 Deadline deadline) const;

  /// Waits until multipathd lists the path, in a map or not; or, if not `wanted`, until it no
  /// longer does.
  Status AwaitListed(const std::string& hctl, bool wanted, Deadline deadline) const;

  /// Time until the path's next check, and the check interval (wildcard %C of multipathd(8), in
  /// whole seconds).
  struct CheckDue {
    std::chrono::seconds left{0};
    std::chrono::seconds interval{0};
  };
  Result<CheckDue> NextCheck(const std::string& hctl, Deadline deadline) const;

  /// Makes multipathd reread its configuration. Newer versions reply before they have done so.
  Status Reconfigure(Deadline deadline) const;

  /// Returns multipathd's process, from "show daemon".
  Result<pid_t> Pid(Deadline deadline) const;

  /// Makes multipathd log a line with `mark`, after the lines that its other threads have logged:
  /// "MARK: remove path (operator)", since it has no path of this name. Needs verbosity 2, the
  /// default.
  Status LogMark(const std::string& mark, Deadline deadline) const;

  /// Returns whether multipathd has uevents that it has not handled yet, from "show status".
  Result<bool> Busy(Deadline deadline) const;

  /// Returns false if nothing listens on its sockets; fails if something listens but does not
  /// reply.
  Result<bool> Running() const;

 private:
  /// Returns an empty descriptor if nothing listens on any of the sockets.
  Result<UniqueFd> Connect(Deadline deadline) const;

  std::vector<std::string> sockets_;
};

}  // namespace dualpath::multipath
