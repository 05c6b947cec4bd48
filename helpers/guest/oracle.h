#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/io_report.h"

/// The oracle: checks the data after a run of I/O. No acknowledged write may be lost, stale or
/// torn, nor overwritten by a write that had been reported failed before it.
///
/// A block may hold its last acknowledged write, or one reported failed after it, which may have
/// reached the disk all the same. An error has block, sequence, kind of damage and both contents.
namespace dualpath::guest {

/// Checks every block with an acknowledged write. `storage` is storage.raw, or the device of a
/// path, which is read with O_DIRECT, so that the data come by that path. A run without an
/// acknowledged write proves nothing and is an error too.
Status HoldsAcknowledgedWrites(const std::string& storage, const IoReport& report);

/// Checks the data of every read of the run against the writes completed before it. A run without a
/// successful read proves nothing and is an error too.
Status ReadsSawAcknowledgedWrites(const IoReport& report);

}  // namespace dualpath::guest
