#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

/// A file, link or directory that goes into an image.
struct InputFile {
  std::string name;  ///< name within the input: "lib/modules/6.1.0/kernel/drivers/scsi/sg.ko"
  std::string path;  ///< file name on this machine
};

/// Returns everything below `directory`, sorted by name. Links are not followed.
Result<std::vector<InputFile>> FilesBelow(const std::string& directory);

/// Returns the digest, in hex, of names, permissions, link targets and contents. What is neither a
/// file, a link nor a directory is an `Error`. The contents are read only if a size, inode or
/// modification time differs from those for which the cache has the digest.
Result<std::string> DigestOfInput(const Cache& cache, const std::vector<InputFile>& files);

}  // namespace dualpath::lab
