#include "helpers/lab/line_socket.h"

#include <cerrno>
#include <chrono>

#include "helpers/base/unix_socket.h"

namespace dualpath::lab {
namespace {

constexpr char kPeer[] = "the lab";

}  // namespace

Result<UniqueFd> ListenAt(const std::string& path) {
  auto listener = unix_socket::Listen(path);
  if (listener.ok() || listener.error().error_number() != ENAMETOOLONG) return listener;
  return Error::Because(
      "listen on", path,
      "the file name is too long for a unix socket; set TMPDIR to a shorter directory");
}

Result<UniqueFd> ConnectTo(const std::string& path) {
  return unix_socket::Connect(path, Deadline::In(std::chrono::seconds(10)));
}

Result<UniqueFd> AcceptOn(const UniqueFd& listener, Deadline deadline) {
  return unix_socket::Accept(listener, deadline);
}

Result<std::string> ReadSome(const UniqueFd& fd, Deadline deadline) {
  return unix_socket::ReceiveSome(fd, kPeer, deadline);
}

Status SendAll(const UniqueFd& fd, const std::string& text, Deadline deadline) {
  return unix_socket::SendAll(fd, text, kPeer, deadline);
}

std::optional<std::string> TakeLine(std::string& buffered) {
  const std::size_t end = buffered.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffered.substr(0, end);
  buffered.erase(0, end + 1);
  return line;
}

}  // namespace dualpath::lab
