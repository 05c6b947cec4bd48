#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::lab {

/// Listens on a unix socket at `path`. QEMU connects to it as a client, so that the connection
/// exists before the VM runs its first instruction.
Result<UniqueFd> ListenAt(const std::string& path);

/// Connects to a socket of `ListenAt`; fails immediately if nothing listens there.
Result<UniqueFd> ConnectTo(const std::string& path);

/// Waits for the next connection to a listening socket.
Result<UniqueFd> AcceptOn(const UniqueFd& listener, Deadline deadline);

/// Waits until something arrives and returns it; an empty string if the other side has closed.
Result<std::string> ReadSome(const UniqueFd& fd, Deadline deadline);

/// For `SendAll`: the socket's or the port's buffer takes a line at once unless the VM hangs.
constexpr std::chrono::seconds kSendBudget{30};

Status SendAll(const UniqueFd& fd, const std::string& text, Deadline deadline);

/// Removes the first complete line from `buffered` and returns it without its newline.
std::optional<std::string> TakeLine(std::string& buffered);

}  // namespace dualpath::lab
