#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/scsi/command.h"
#include "helpers/scsi/completion.h"

namespace dualpath::scsi {

/// Sends the command to a device of this machine, a path or a map, by SG_IO (scsi/sg.h), and waits
/// for its end. An `Error` only if the device cannot be opened: whatever becomes of the command
/// itself, the errno of the ioctl included, is in the completion.
Result<Completion> Execute(const std::string& device, const Command& command);

/// The same without CAP_SYS_RAWIO, as a QEMU of libvirt's does it: EPERM for what
/// scsi_cmd_allowed() of the kernel (drivers/scsi/scsi_ioctl.c) does not know to be harmless. For a
/// command with data out the device is opened for writing, which udev notices.
Result<Completion> ExecuteWithoutRawIo(const std::string& device, const Command& command);

}  // namespace dualpath::scsi
