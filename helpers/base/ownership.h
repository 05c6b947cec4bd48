#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {

/// Opens a directory that only we can change: not a symbolic link, owned by our effective user, and
/// not writable by group or others. Checked on the descriptor, so that the directory cannot be
/// exchanged between check and use. Anything else at the name is an `Error`: another user could
/// have put it there.
Result<UniqueFd> OpenOwnDirectory(const std::string& path);

/// Checks that the process at the other end of a connected unix socket runs as our effective user
/// (SO_PEERCRED, unix(7)).
Status CheckPeerIsOurs(const UniqueFd& socket, const std::string& peer);

}  // namespace dualpath
