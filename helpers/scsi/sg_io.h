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

}  // namespace dualpath::scsi
