#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/storage_image.h"

namespace dualpath::guest {

/// Copies a range of a file as it is on the block device below its file system, without data that
/// are only in the page cache: what would be left after a loss of power. `copy` becomes a sparse
/// file with the same content at the same offsets, zeros where nothing is on the device.
///
/// Needs root and a file system that reports where its data are (FIEMAP: ext4, xfs) and that is on
/// one block device; else an error with EOPNOTSUPP. `range` is widened to 4 KiB.
Status CopyWhatIsOnDisk(const std::string& file, const ByteRange& range, const std::string& copy);

}  // namespace dualpath::guest
