#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/scsi/command.h"
#include "helpers/scsi/completion.h"

namespace dualpath::scsi {

/// Sends the command to a device of this machine, a path or a map, with SG_IO (scsi/sg.h), and
/// waits until it completes. Fails only if the device cannot be opened: a failure of the command,
/// including the errno of the ioctl, is in the completion.
Result<Completion> Execute(const std::string& device, const Command& command);

/// Like `Execute`, but without CAP_SYS_RAWIO, like a QEMU that libvirt runs: EPERM for commands
/// that the kernel's scsi_cmd_allowed() (drivers/scsi/scsi_ioctl.c) does not allow. A command with
/// data out needs the device opened for writing, and its close makes udev probe the device again.
Result<Completion> ExecuteWithoutRawIo(const std::string& device, const Command& command);

}  // namespace dualpath::scsi
