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

/// multipathd, by its command socket (multipathd(8), libmpathcmd). Both ways the message is a
/// native size_t, the length with the closing NUL, and the text. Every command is a connection of
/// its own.
///
/// Where systemd listens on the socket for it, asking a stopped multipathd starts it.
class Daemon {
 public:
  /// Tried in this order; '@' marks an abstract name. The second exists since 0.12.
  static std::vector<std::string> DefaultSockets() {
    return {"@/org/kernel/linux/storage/multipathd", "/run/multipathd.socket"};
  }

  explicit Daemon(std::vector<std::string> sockets = DefaultSockets());

  /// The reply as it came, without the closing NUL. multipathd answers commands that it does not
  /// know or cannot carry out with text too ("fail"); that is not an `Error` here.
  Result<std::string> Ask(const std::string& command, Deadline deadline) const;

  /// By "show maps json", or by text where multipathd does not know that (before 0.6.2). See
  /// `ParseMapsJson` for what JSON lacks.
  Result<Topology> ShowTopology(Deadline deadline) const;

  /// By text in any case: slower to parse, but it has the paths' H:C:T:L.
  Result<Topology> ShowTopologyText(Deadline deadline) const;

  /// What "show maps format" or "show paths format" says in the column `wanted` of the line whose
  /// column `key` holds `value`; columns are wildcards of multipathd(8): "%w", "%i". An `Error`
  /// that quotes the reply if there is no such line.
  Result<std::string> ShowColumn(const std::string& things, const std::string& key,
                                 const std::string& value, const std::string& wanted,
                                 Deadline deadline) const;

  /// Waits until multipathd knows the path, whether or not it is in a map, or until it does not any
  /// more.
  Status AwaitKnown(const std::string& hctl, bool wanted, Deadline deadline) const;

  /// How long until the checker is at the path again, and how often it is (wildcard %C of
  /// multipathd(8), in whole seconds).
  struct CheckDue {
    std::chrono::seconds left{0};
    std::chrono::seconds interval{0};
  };
  Result<CheckDue> NextCheck(const std::string& hctl, Deadline deadline) const;

  /// Makes multipathd read its configuration again. Newer versions answer before they have done it.
  Status Reconfigure(Deadline deadline) const;

  /// Its process, by "show daemon".
  Result<pid_t> Pid(Deadline deadline) const;

  /// False if nobody listens; an `Error` if somebody does and does not answer.
  Result<bool> Running() const;

 private:
  /// An empty descriptor if nobody listens on any of the sockets.
  Result<UniqueFd> Connect(Deadline deadline) const;

  std::vector<std::string> sockets_;
};

}  // namespace dualpath::multipath
