#pragma once

#include <functional>
#include <string>

#include "helpers/base/result.h"

/// Replacing files that must survive a kill, a full disk and a power failure: the new content is
/// written and flushed under another name, which then replaces the file with rename(2). Whatever
/// happens, the file has either the old or the new content, as a whole.
///
/// For directories that only root can write to: the other name is predictable, so that the next
/// run can remove it after a kill.
namespace dualpath {

/// Returns the name under which the new content of `path` is written.
std::string ReplacementOf(const std::string& path);

/// Replaces or creates `path` with mode 0644. Creates the parent directory if it is missing.
Status WriteFileDurably(const std::string& path, const std::string& content);

/// Replaces the file's content with `edit(content)`, unless that is the same. Owner, mode and
/// extended attributes (SELinux label, ACL) are kept; the target of a link is replaced, not the
/// link. A missing file is not created.
///
/// Holds the fcntl(2) write lock under which other programs edit the file (libmultipath:
/// open_file). Starts again if one of them has replaced the file in the meantime.
Status EditFile(const std::string& path,
                const std::function<std::string(const std::string&)>& edit);

}  // namespace dualpath
