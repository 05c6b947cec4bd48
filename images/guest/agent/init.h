#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

/// Start of PID 1 in the guest: the minimum for the disk and the channel to appear. No udev, shell
/// or other process runs in the guest.
namespace dualpath::guest::agent {

/// Mounts /proc, /sys and /dev (devtmpfs).
Status MountFileSystems();

/// Loads the modules in `list`, one file per line, in that order (finit_module(2)).
Status LoadModules(const std::string& list);

/// Waits for the virtio-serial port of that name in /sys/class/virtio-ports and opens it.
Result<UniqueFd> OpenPort(const std::string& name, Deadline deadline);

/// Prints a line on /dev/console, the serial line that QEMU writes to the guest's console log.
void LogToConsole(const std::string& line);

}  // namespace dualpath::guest::agent
