#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath {

/// Returns our directory for locks and sockets, which no other user can access: /run/dualpath
/// for root, XDG_RUNTIME_DIR/dualpath for others (basedir-spec). Created if it is missing. An
/// `Error` without XDG_RUNTIME_DIR, or if another user can change the directory or its parent.
///
/// A lock must not be in /run/lock or /tmp: flock(2) needs only read permission, so that any user
/// could hold it forever.
Result<std::string> RuntimeDirectory();

/// Returns the directory "dualpath" in `parent`, created and checked in the same way.
Result<std::string> RuntimeDirectoryIn(const std::string& parent);

}  // namespace dualpath
