#pragma once

#include <vector>

#include "helpers/layers/error_trace.h"
#include "helpers/timeline/record.h"

namespace dualpath::layers {

/// What was traced and what the guest's kernel said, as records of the timeline. The rest of an
/// error's path, as logs, libvirt's events and the application's I/O, has other sources there.
///   command  QEMU's lane: one of the guest, from QEMU's getting it to its answer
///   trace    the kernel's lane: a command or request that ended with an error below SG_IO
///   line     the guest's lane: its kernel complains
std::vector<timeline::Record> FromErrorPath(const ErrorTrace& path);

}  // namespace dualpath::layers
