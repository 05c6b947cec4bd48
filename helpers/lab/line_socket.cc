#include "helpers/lab/line_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace dualpath::lab {
namespace {

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Error::Because("use the socket", path,
                          "the path is too long for a socket; set TMPDIR to a shorter one");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Status WaitReadable(int fd, const std::string& what, Deadline deadline) {
  while (true) {
    pollfd entry{fd, POLLIN, 0};
    const int n =
        ::poll(&entry, 1, static_cast<int>(deadline.RemainingUpTo(std::chrono::hours(1)).count()));
    if (n > 0) return Ok{};
    if (n < 0 && errno != EINTR) return Error::FromErrno("wait for", what, errno);
    if (deadline.Expired()) return Error::Because("wait for", what, "deadline expired");
  }
}

}  // namespace

Result<UniqueFd> ListenAt(const std::string& path) {
  DUALPATH_TRY(const sockaddr_un address, AddressOf(path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Error::FromErrno("create socket", path, errno);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(fd.get(), 1) != 0) {
    return Error::FromErrno("listen on", path, errno);
  }
  return fd;
}

Result<UniqueFd> ConnectTo(const std::string& path) {
  DUALPATH_TRY(const sockaddr_un address, AddressOf(path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Error::FromErrno("create socket", path, errno);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Error::FromErrno("connect to", path, errno);
  }
  return fd;
}

Result<UniqueFd> AcceptOn(const UniqueFd& listener, Deadline deadline) {
  DUALPATH_TRY_STATUS(WaitReadable(listener.get(), "a connection", deadline));
  UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd) return Error::FromErrno("accept", "a connection", errno);
  return fd;
}

Result<std::string> ReadSome(const UniqueFd& fd, Deadline deadline) {
  DUALPATH_TRY_STATUS(WaitReadable(fd.get(), "the lab's answer", deadline));
  std::array<char, 65536> chunk{};
  const ssize_t n = ::read(fd.get(), chunk.data(), chunk.size());
  if (n < 0 && errno == ECONNRESET) return std::string();
  if (n < 0) return Error::FromErrno("read from", "the lab", errno);
  return std::string(chunk.data(), static_cast<std::size_t>(n));
}

Status SendAll(const UniqueFd& fd, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = ::send(fd.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::FromErrno("send to", "the lab", errno);
    sent += static_cast<std::size_t>(n);
  }
  return Ok{};
}

std::optional<std::string> TakeLine(std::string& buffered) {
  const std::size_t end = buffered.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffered.substr(0, end);
  buffered.erase(0, end + 1);
  return line;
}

}  // namespace dualpath::lab
