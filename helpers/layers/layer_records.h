#pragma once

#include <vector>

#include "helpers/layers/error_trace.h"
#include "helpers/timeline/record.h"

namespace dualpath::layers {

/// Returns the traces and the guest's kernel errors as records of the timeline. Its records of
/// logs, libvirt's events and the application's I/O have other sources.
///   command  QEMU's lane: a command of the guest, from request to response
///   trace    the kernel's lane: a command or request that ended with an error below SG_IO
///   line     the guest's lane: an error in the guest's kernel log
std::vector<timeline::Record> FromErrorTrace(const ErrorTrace& trace);

}  // namespace dualpath::layers
