#pragma once

#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::guest {

/// The qemu-pr-helper that libvirt runs for a domain with managed reservations, found by its
/// command line: `qemu-pr-helper -k /var/lib/libvirt/qemu/domain-1-NAME/pr-helper0.sock`. libvirt
/// starts it with the domain's first such disk, ends it with the last, and starts another one when
/// QEMU says that it has lost the connection (PR_MANAGER_STATUS_CHANGED).
class PrHelper {
 public:
  explicit PrHelper(std::string domain, std::string proc = "/proc")
      : domain_(std::move(domain)), proc_(std::move(proc)) {}

  /// Its process; empty if there is none, several if libvirt runs more than one.
  Result<std::vector<int>> Pids() const;

  /// Ends it as a crash would (SIGKILL), and returns once it is gone. An `Error` if there is not
  /// exactly one.
  Status Kill() const { return Signal(SIGKILL); }

  /// Halts it where it is (SIGSTOP): what is asked of it is never answered. `Kill` still works.
  Status Halt() const { return Signal(SIGSTOP); }

 private:
  Status Signal(int number) const;

  std::string domain_;
  std::string proc_;
};

/// Whether a qemu-pr-helper knows dm-multipath. One that does sends a map's commands to every path,
/// by libmpathpersist; one that does not, as Debian's, treats a map as any disk, and so reaches the
/// path that is active at the moment.
Result<bool> KnowsMultipath(const std::string& program);

}  // namespace dualpath::guest
