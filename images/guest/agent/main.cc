// PID 1 of the guest under test. init.h declares its setup, and wire.h the requests that it
// answers.

#include <signal.h>
#include <sys/reboot.h>
#include <unistd.h>

#include <cstdio>

#include "images/guest/agent/init.h"
#include "images/guest/agent/io_worker.h"
#include "images/guest/agent/scsi_worker.h"
#include "images/guest/agent/server.h"

namespace {

using namespace dualpath;         // NOLINT(google-build-using-namespace)
using namespace dualpath::guest;  // NOLINT(google-build-using-namespace)

constexpr char kModuleList[] = "/modules.list";
constexpr std::chrono::seconds kPortBudget{120};

Status RunAgent() {
  DUALPATH_TRY_STATUS(agent::MountFileSystems());
  DUALPATH_TRY_STATUS(agent::LoadModules(kModuleList));
  // Never destroyed: the destructor waits for the I/O, which may hang forever.
  auto* worker = new agent::IoWorker(agent::DiskOptions{});
  auto* scsi = new agent::ScsiWorker(agent::DiskOptions{});
  DUALPATH_TRY(const UniqueFd port,
               agent::OpenPort(wire::kChannelName, Deadline::InUnscaled(kPortBudget)));
  agent::LogToConsole("ready");
  agent::Server server(*worker, *scsi, {});
  return server.Serve(port.get());
}

}  // namespace

int main() {
  if (::getpid() != 1) {
    std::fputs("dualpath-guest-agent is the init of the guest under test, not a command\n", stderr);
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  const Status result = RunAgent();
  if (!result.ok()) agent::LogToConsole(result.error().ToString());
  // libvirt ends the domain on a reboot, which unlike a power-off needs no ACPI.
  ::reboot(RB_AUTOBOOT);
  return 1;
}
