#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

/// Stream sockets of AF_UNIX (unix(7)). A name that begins with '@' is in the abstract namespace;
/// any other is a file name. Messages refer to the other side as `peer`.
namespace dualpath::unix_socket {

/// Fails immediately if nothing listens there (ENOENT, ECONNREFUSED); waits while the listener's
/// queue is full.
Result<UniqueFd> Connect(const std::string& name, Deadline deadline);

/// Creates a listening socket whose queue holds `backlog` connections. A socket file remains after
/// the socket is closed.
Result<UniqueFd> Listen(const std::string& name, int backlog = 1);

/// Waits for the next connection to a listening socket.
Result<UniqueFd> Accept(const UniqueFd& listener, Deadline deadline);

/// Sends all bytes. The deadline holds even for a blocking socket whose peer stops reading; the
/// error then contains the number of bytes sent.
Status SendAll(const UniqueFd& fd, const std::string& bytes, const std::string& peer,
               Deadline deadline);

/// Waits until something arrives and returns it; an empty string if the peer has closed the
/// connection. What has arrived by the deadline is returned even if the call is late.
Result<std::string> ReceiveSome(const UniqueFd& fd, const std::string& peer, Deadline deadline);

}  // namespace dualpath::unix_socket
