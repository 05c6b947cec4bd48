#pragma once

#include <optional>
#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::lab {

/// A listening unix socket at `path`, to which QEMU connects as a client: the connection is then
/// there before the VM runs its first instruction.
Result<UniqueFd> ListenAt(const std::string& path);

/// A connection to who listens at `path`.
Result<UniqueFd> ConnectTo(const std::string& path);

/// The next connection to a listening socket.
Result<UniqueFd> AcceptOn(const UniqueFd& listener, Deadline deadline);

/// What arrived, at most once per call; empty: the other side has closed. Blocks until `deadline`.
Result<std::string> ReadSome(const UniqueFd& fd, Deadline deadline);

Status SendAll(const UniqueFd& fd, const std::string& text);

/// Takes the first line, without its end, off the front of `buffered`, if a whole one is there.
std::optional<std::string> TakeLine(std::string& buffered);

}  // namespace dualpath::lab
