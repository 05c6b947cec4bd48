#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

/// What PID 1 of the guest does before it serves: the least that makes the disk and the channel
/// appear. No udev, no shell, nothing else runs in the guest.
namespace dualpath::guest::agent {

/// /proc, /sys and /dev (devtmpfs).
Status MountFileSystems();

/// Loads the modules that `list` names, one file a line, in that order (finit_module(2)).
Status LoadModules(const std::string& list);

/// Opens the virtio-serial port of that name, found through /sys/class/virtio-ports, as soon as it
/// is there.
Result<UniqueFd> OpenPort(const std::string& name, Deadline deadline);

/// A line on /dev/console, the serial line that the host keeps in the guest's console log.
void LogToConsole(const std::string& line);

}  // namespace dualpath::guest::agent
