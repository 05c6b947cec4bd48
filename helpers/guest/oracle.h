#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/io_report.h"

/// The judge of what a run of I/O left behind: no acknowledged write is lost, stale or torn, and
/// none was overwritten by one that had been reported failed before it was acknowledged.
///
/// A block may hold its last acknowledged write, or one that was reported failed after that: it may
/// have arrived all the same. An error names block, sequence, kind of damage and both contents.
namespace dualpath::guest {

/// Looks at every block that was acknowledged. `storage` is storage.raw, or the device of a path,
/// which is read past the page cache (O_DIRECT), so that what it shows came by that path. A run
/// without an acknowledged write proves nothing, and is an error too.
Status HoldsAcknowledgedWrites(const std::string& storage, const IoReport& report);

/// Looks at what every read of the run saw when it did. A run without a read that came back without
/// error proves nothing, and is an error too.
Status ReadsSawAcknowledgedWrites(const IoReport& report);

}  // namespace dualpath::guest
