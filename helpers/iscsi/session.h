#pragma once

#include <optional>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::iscsi {

/// A session of this machine's initiator, as /sys/class/iscsi_session shows it.
struct Session {
  std::string name;       ///< "session1"
  unsigned host = 0;      ///< its SCSI host: iscsi_tcp adds one for each session
  std::string initiator;  ///< our name
  /// "LOGGED_IN"; "FAILED" from the loss of the connection until recovery_tmo has passed; then
  /// "FREE".
  std::string state;
  /// Seconds for which the kernel holds I/O while the session is lost (recovery_tmo).
  /// multipathd sets it to its fast_io_fail_tmo.
  std::string recovery_seconds;

  bool IsLoggedIn() const { return state == "LOGGED_IN"; }
};

/// Returns the session to a target; empty if there is none.
Result<std::optional<Session>> FindSession(const std::string& target,
                                           const std::string& sysfs = "/sys");

/// Sets recovery_tmo of a session. multipathd sets it again whenever it reloads the map.
Status SetRecoverySeconds(const Session& session, unsigned seconds,
                          const std::string& sysfs = "/sys");

}  // namespace dualpath::iscsi
