#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::cli {

/// A file in the lab of a running `dualpath shell`: "lab:/etc/multipath.conf".
struct LabPath {
  std::string shell;  ///< the shell's name
  std::string path;   ///< absolute
};

/// Parses NAME:/FILE. Returns nullopt for any other form, which names a file on this machine.
std::optional<LabPath> ParseLabPath(const std::string& word);

struct LabFile {
  std::string content;
  unsigned mode = 0;
};

/// Reads a file in a running shell's VM, starting at `offset`.
Result<LabFile> FetchFile(const LabPath& file, std::size_t offset, Deadline deadline);

/// Copies the regular file `source` to `target`, a file or a directory in a running shell's VM.
Status CopyIn(const std::string& source, const LabPath& target, Deadline deadline);

/// Copies a file in a running shell's VM to `target`, a file, directory or device on this machine.
Status CopyOut(const LabPath& source, const std::string& target, Deadline deadline);

}  // namespace dualpath::cli
