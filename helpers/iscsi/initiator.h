#pragma once

#include <functional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/iscsi/session.h"
#include "helpers/process/process.h"

namespace dualpath::iscsi {

/// This machine's iSCSI initiator: open-iscsi's iscsid, through iscsiadm, over iscsi_tcp.
///
/// It uses the machine's initiator name and iscsid.conf, and its database has a record of each
/// target while we are logged in to it. iscsid is started if necessary and keeps running.
class Initiator {
 public:
  /// Functions of the machine, which tests replace.
  struct Machine {
    std::string sysfs = "/sys";
    std::function<Result<process::Output>(const std::vector<std::string>& argv, Deadline deadline)>
        run;

    static Machine This();
  };

  explicit Initiator(Machine machine = Machine::This()) : machine_(std::move(machine)) {}

  /// Logs in to a target at a portal, "127.0.0.1:3260", without discovery, and waits until the
  /// session exists. The kernel adds the disks soon after.
  Status LogIn(const std::string& target, const std::string& portal) const;

  /// Ends the session to a target, which removes its disks, and the record of the target. Does
  /// nothing if there is neither.
  Status LogOut(const std::string& target) const;

  /// Returns the session to a target, or an `Error` if there is none.
  Result<Session> SessionTo(const std::string& target) const;

 private:
  Status Run(const std::vector<std::string>& argv) const;

  Machine machine_;
};

}  // namespace dualpath::iscsi
