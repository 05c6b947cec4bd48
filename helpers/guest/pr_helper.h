#pragma once

#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::guest {

/// The qemu-pr-helper that libvirt runs for a domain with managed reservations, found by its
/// command line: `qemu-pr-helper -k /var/lib/libvirt/qemu/domain-1-NAME/pr-helper0.sock`. libvirt
/// starts it with the domain's first such disk, ends it with the last, and restarts it when QEMU
/// reports a lost connection (PR_MANAGER_STATUS_CHANGED).
class PrHelper {
 public:
  explicit PrHelper(std::string domain, std::string proc = "/proc")
      : domain_(std::move(domain)), proc_(std::move(proc)) {}

  /// Returns its pid: none if it does not run, several if libvirt runs more than one.
  Result<std::vector<int>> Pids() const;

  /// Kills it (SIGKILL), to simulate a crash, and waits until it has exited. Fails unless exactly
  /// one runs.
  Status Kill() const { return Signal(SIGKILL); }

  /// Stops it (SIGSTOP), so that it answers no request. `Kill` still works.
  Status Halt() const { return Signal(SIGSTOP); }

 private:
  Status Signal(int number) const;

  std::string domain_;
  std::string proc_;
};

/// Returns whether a qemu-pr-helper supports dm-multipath: it then sends a map's commands to every
/// path, through libmpathpersist. Without support, as in Debian, a map is a disk like any other,
/// and commands go to its active path only.
Result<bool> SupportsMultipath(const std::string& program);

}  // namespace dualpath::guest
