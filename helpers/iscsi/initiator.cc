#include "helpers/iscsi/initiator.h"

namespace dualpath::iscsi {
namespace {

constexpr std::chrono::seconds kCommandBudget{30};

/// Exit status of iscsiadm if there is no such record (ISCSI_ERR_NO_OBJS_FOUND).
constexpr int kNoObjectsFound = 21;

std::vector<std::string> Node(const std::string& target, const std::vector<std::string>& words) {
  std::vector<std::string> argv = {"iscsiadm", "--mode", "node", "--targetname", target};
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

}  // namespace

Initiator::Machine Initiator::Machine::This() {
  Machine machine;
  machine.run = [](const std::vector<std::string>& argv, Deadline deadline) {
    return process::Execute({argv}, deadline);
  };
  return machine;
}

Status Initiator::Run(const std::vector<std::string>& argv) const {
  DUALPATH_TRY(const process::Output output, machine_.run(argv, Deadline::In(kCommandBudget)));
  if (output.exit.ok()) return Ok{};
  return Error::Because("run", process::Command{argv}.ToString(),
                        output.exit.ToString() + ": " + output.err + output.out);
}

Status Initiator::LogIn(const std::string& target, const std::string& portal) const {
  DUALPATH_TRY_STATUS(Run({"systemctl", "start", "iscsid"}));
  DUALPATH_TRY_STATUS(Run(Node(target, {"--portal", portal + ",1", "--op", "new"})));
  DUALPATH_TRY_STATUS(Run(Node(target, {"--portal", portal + ",1", "--login"})));
  DUALPATH_TRY_STATUS(SessionTo(target));
  return Ok{};
}

Status Initiator::LogOut(const std::string& target) const {
  DUALPATH_TRY(const auto session, FindSession(target, machine_.sysfs));
  if (session) DUALPATH_TRY_STATUS(Run(Node(target, {"--logout"})));
  const auto forget = Node(target, {"--op", "delete"});
  DUALPATH_TRY(const process::Output output, machine_.run(forget, Deadline::In(kCommandBudget)));
  if (output.exit.ok() || output.exit.code == kNoObjectsFound) return Ok{};
  return Error::Because("forget", target, output.exit.ToString() + ": " + output.err);
}

Result<Session> Initiator::SessionTo(const std::string& target) const {
  DUALPATH_TRY(const auto session, FindSession(target, machine_.sysfs));
  if (session) return *session;
  return Error::Because("find the session to", target, "this machine is not logged in to it");
}

}  // namespace dualpath::iscsi
