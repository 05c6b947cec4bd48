#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/io_report.h"

/// The oracle: checks the data after a run of I/O. No acknowledged write may be lost, stale or
/// torn, nor overwritten by a write that had been reported as failed before it.
///
/// A block may hold its last acknowledged write, or a later one that was reported as failed, which
/// may have reached the disk nevertheless. An error contains the block, the sequence, the kind of
/// damage and both contents.
namespace dualpath::guest {

/// Checks every block with an acknowledged write. `storage` is storage.raw, or the device of a
/// path, which is read with O_DIRECT, so that the data comes through that path. A run without an
/// acknowledged write proves nothing and is an error too.
Status HoldsAcknowledgedWrites(const std::string& storage, const IoReport& report);

/// Returns whether the error is damage that was found, rather than a check that failed.
bool IsDamage(const Error& error);

/// Checks the data of every read of the run against the writes completed before it. A run without a
/// successful read proves nothing and is an error too.
Status ReadsSawAcknowledgedWrites(const IoReport& report);

}  // namespace dualpath::guest
