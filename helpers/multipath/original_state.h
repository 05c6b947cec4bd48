#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::multipath {

/// What the host had before our first change, so that another process can restore it. Stored in
/// one file, which exists as long as there is anything to restore.
struct OriginalState {
  std::string boot_id;
  bool was_running = false;       ///< multipathd
  std::vector<std::string> maps;  ///< WWIDs of the maps
  /// Content of the files that multipathd and we change; without those that did not exist.
  std::map<std::string, std::string> files;
  std::vector<std::string> directories;  ///< of these files, those that existed

  bool HadFile(const std::string& path) const { return files.count(path) != 0; }
  bool HadDirectory(const std::string& path) const;
  bool HadMap(const std::string& wwid) const;

  /// Returns nothing if the file does not exist.
  static Result<std::optional<OriginalState>> Read(const std::string& file);
  Status Write(const std::string& file) const;
};

/// Returns `content` without the lines that end in `ending`, except those that `original` has. If
/// the rest has the lines of `original`, in whatever order and with whatever comments, returns
/// `original`: multipathd sorts its bindings and renews the header when it adds a line.
std::string WithoutOurLines(const std::string& content, const std::string& original,
                            const std::string& ending);

/// Returns whether the text has only comments and empty lines.
bool HasOnlyComments(const std::string& content);

}  // namespace dualpath::multipath
