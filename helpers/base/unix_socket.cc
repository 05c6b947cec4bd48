#include "helpers/base/unix_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>

#include "helpers/base/eventually.h"

namespace dualpath::unix_socket {
namespace {

struct Address {
  sockaddr_un un = {};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&un); }
};

Result<Address> AddressOf(const std::string& operation, const std::string& name) {
  Address address;
  address.un.sun_family = AF_UNIX;
  if (name.empty()) return Error::FromErrno(operation, "''", ENOENT);
  if (name.size() >= sizeof(address.un.sun_path)) {
    return Error::FromErrno(operation, name, ENAMETOOLONG);
  }
  name.copy(address.un.sun_path, name.size());
  const bool abstract = name[0] == '@';
  if (abstract) address.un.sun_path[0] = '\0';
  // A NUL at the end of an abstract name would be part of it.
  address.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1));
  return address;
}

/// The next call on `fd` reports an error of poll(2).
void WaitFor(const UniqueFd& fd, short events, Deadline deadline) {
  pollfd entry{fd.get(), events, 0};
  ::poll(&entry, 1, static_cast<int>(deadline.RemainingUpTo(std::chrono::hours(1)).count()));
}

}  // namespace

Result<UniqueFd> Connect(const std::string& name, Deadline deadline) {
  DUALPATH_TRY(const Address address, AddressOf("connect to", name));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return Error::FromErrno("create socket", name, errno);
  int error_number = 0;
  // EAGAIN: the listener's queue is full.
  PollUntil(deadline, [&] {
    const bool connected = ::connect(fd.get(), address.get(), address.size) == 0;
    error_number = connected ? 0 : errno;
    return error_number != EAGAIN && error_number != EINTR;
  });
  if (error_number != 0) return Error::FromErrno("connect to", name, error_number);
  return fd;
}

Result<UniqueFd> Listen(const std::string& name, int backlog) {
  DUALPATH_TRY(const Address address, AddressOf("listen on", name));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Error::FromErrno("create socket", name, errno);
  if (::bind(fd.get(), address.get(), address.size) != 0 || ::listen(fd.get(), backlog) != 0) {
    return Error::FromErrno("listen on", name, errno);
  }
  return fd;
}

Result<UniqueFd> Accept(const UniqueFd& listener, Deadline deadline) {
  while (true) {
    const bool last_look = deadline.Expired();
    pollfd entry{listener.get(), POLLIN, 0};
    if (::poll(&entry, 1, 0) > 0) {
      UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (fd) return fd;
      if (errno != EINTR) return Error::FromErrno("accept", "a connection", errno);
    }
    if (last_look) return Error::Because("wait for", "a connection", "deadline expired");
    WaitFor(listener, POLLIN, deadline);
  }
}

Status SendAll(const UniqueFd& fd, const std::string& bytes, const std::string& peer,
               Deadline deadline) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const bool last_look = deadline.Expired();
    const ssize_t n =
        ::send(fd.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno != EAGAIN && errno != EINTR) {
      return Error::FromErrno("send to", peer, errno);
    } else if (last_look) {
      return Error::Because("send to", peer,
                            "deadline expired with " + std::to_string(sent) + " of " +
                                std::to_string(bytes.size()) +
                                " bytes sent: the other side has stopped reading");
    } else {
      WaitFor(fd, POLLOUT, deadline);
    }
  }
  return Ok{};
}

Result<std::string> ReceiveSome(const UniqueFd& fd, const std::string& peer, Deadline deadline) {
  std::array<char, 65536> chunk{};
  while (true) {
    const bool last_look = deadline.Expired();
    const ssize_t n = ::recv(fd.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (n >= 0) return std::string(chunk.data(), static_cast<std::size_t>(n));
    // The peer closed the connection without reading all our bytes.
    if (errno == ECONNRESET) return std::string();
    if (errno != EAGAIN && errno != EINTR) return Error::FromErrno("receive from", peer, errno);
    if (last_look) return Error::Because("receive from", peer, "deadline expired");
    WaitFor(fd, POLLIN, deadline);
  }
}

}  // namespace dualpath::unix_socket
