#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/guest/io_report.h"

/// The oracle: checks the data after a run of I/O. No acknowledged write may be lost, stale or
/// torn, nor overwritten by a write that had been reported as failed before it.
///
/// A block may hold its last acknowledged write, or a later one that was reported as failed, which
/// may have reached the disk nevertheless. Without an acknowledged write it may also hold what it
/// held before the run (IoReport::before); if that is not known, such a block is an error. Blocks
/// of more than 4 KiB may be parts of these, sector by sector. An error contains the block, the
/// sequence, the kind of damage and both contents.
namespace dualpath::guest {

/// Checks every block of the run, or, if the content before the run is not known, those that were
/// written. `storage` is storage.raw, read through the page cache, to which LIO writes; or the
/// device of a path, which is read with O_DIRECT, so that the data comes through that path. Blocks
/// that overlap `except` are not checked. A run without an acknowledged write proves nothing and is
/// an error too, unless `except` covers all its blocks.
Status HoldsAcknowledgedWrites(const std::string& storage, const IoReport& report,
                               const std::vector<ByteRange>& except = {});

/// Checks what must be left after the disk has lost its cache, as after a loss of power: for each
/// block the last write that a flush or O_DSYNC made durable, or a later one. A run in which
/// nothing was made durable is an error too.
Status HoldsFlushedWrites(const std::string& storage, const IoReport& report);

/// Checks that nothing has changed since the start of the run outside of its blocks and of
/// `except`. An error if the content before the run is not known.
Status NothingElseChanged(const std::string& storage, const IoReport& report,
                          const std::vector<ByteRange>& except = {});

/// Checks the data of every read of the run against the writes completed before it, and against the
/// content before the run. A run without a successful read proves nothing and is an error too.
Status ReadsSawAcknowledgedWrites(const IoReport& report);

}  // namespace dualpath::guest
