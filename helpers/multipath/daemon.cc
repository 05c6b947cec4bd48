#include "helpers/multipath/daemon.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/erase.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <sstream>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/multipath/topology_json.h"
#include "helpers/multipath/topology_parser.h"

namespace dualpath::multipath {
namespace {

constexpr char kOperation[] = "ask multipathd";

// multipathd's own limit (mpath_cmd.h, MAX_REPLY_LEN).
constexpr std::size_t kLongestReply = std::size_t{32} << 20U;

constexpr std::chrono::seconds kAnswerBudget{5};

Result<UniqueFd> ConnectTo(const std::string& socket_name, Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_name.empty() || socket_name.size() >= sizeof(address.sun_path)) {
    return Error::Because("connect", "'" + socket_name + "'", "not a socket's name");
  }
  std::memcpy(address.sun_path, socket_name.data(), socket_name.size());
  std::size_t length = offsetof(sockaddr_un, sun_path) + socket_name.size();
  if (socket_name[0] == '@') {
    // Abstract: a NUL first, and none behind, where it would be part of the name.
    address.sun_path[0] = '\0';
  } else {
    ++length;
  }
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return Error::FromErrno("create socket", socket_name, errno);
  int error_number = 0;
  // EAGAIN: more callers are waiting than multipathd's queue holds.
  PollUntil(deadline, [&] {
    const int outcome = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                                  static_cast<socklen_t>(length));
    error_number = outcome == 0 ? 0 : errno;
    return error_number != EAGAIN && error_number != EINTR;
  });
  if (error_number != 0) return Error::FromErrno("connect", socket_name, error_number);
  return Result<UniqueFd>(std::move(fd));
}

/// One command and its reply on a connection.
class Exchange {
 public:
  Exchange(int fd, const std::string& command, Deadline deadline)
      : fd_(fd), command_(command), deadline_(deadline) {}

  Result<std::string> Run() {
    const std::size_t length = command_.size() + 1;
    std::string message(reinterpret_cast<const char*>(&length), sizeof(length));
    message.append(command_.c_str(), length);
    DUALPATH_TRY_STATUS(Send(message));

    std::size_t reply_length = 0;
    DUALPATH_TRY(const std::string head, Receive(sizeof(reply_length), "the reply's length"));
    std::memcpy(&reply_length, head.data(), sizeof(reply_length));
    if (reply_length == 0 || reply_length > kLongestReply) {
      return Fault("it announced a reply of " + std::to_string(reply_length) +
                   " bytes; is this multipathd's socket?");
    }
    DUALPATH_TRY(std::string reply, Receive(reply_length, "the reply"));
    if (reply.back() == '\0') reply.pop_back();
    return reply;
  }

 private:
  Error Fault(const std::string& reason) const {
    return Error::Because(kOperation, command_, reason);
  }

  Status WaitFor(short events, const std::string& what) {
    while (true) {
      pollfd poll_fd{fd_, events, 0};
      const auto slice = deadline_.RemainingUpTo(std::chrono::minutes(1));
      const int ready = ::poll(&poll_fd, 1, static_cast<int>(slice.count()));
      if (ready > 0) return Ok{};
      if (ready < 0 && errno != EINTR) return Error::FromErrno(kOperation, command_, errno);
      if (deadline_.Expired()) return Fault("deadline expired while waiting for " + what);
    }
  }

  Status Send(const std::string& message) {
    std::size_t sent = 0;
    while (sent < message.size()) {
      DUALPATH_TRY_STATUS(WaitFor(POLLOUT, "multipathd to take the command"));
      const ssize_t n =
          ::send(fd_, message.data() + sent, message.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n < 0) return Error::FromErrno(kOperation, command_, errno);
      sent += static_cast<std::size_t>(n);
    }
    return Ok{};
  }

  Result<std::string> Receive(std::size_t length, const std::string& what) {
    std::string bytes(length, '\0');
    std::size_t received = 0;
    while (received < length) {
      const std::string progress =
          what + " (" + std::to_string(received) + " of " + std::to_string(length) + " bytes)";
      DUALPATH_TRY_STATUS(WaitFor(POLLIN, progress));
      const ssize_t n = ::recv(fd_, bytes.data() + received, length - received, MSG_DONTWAIT);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n < 0) return Error::FromErrno(kOperation, command_, errno);
      if (n == 0) return Fault("multipathd hung up in " + progress);
      received += static_cast<std::size_t>(n);
    }
    return bytes;
  }

  int fd_;
  const std::string& command_;
  Deadline deadline_;
};

Error Unexpected(const std::string& command, const std::string& reply) {
  return Error::Because(kOperation, command, "it answered '" + boost::trim_copy(reply) + "'");
}

}  // namespace

Daemon::Daemon(std::vector<std::string> sockets) : sockets_(std::move(sockets)) {}

Result<UniqueFd> Daemon::Connect(Deadline deadline) const {
  for (const std::string& name : sockets_) {
    auto fd = ConnectTo(name, deadline);
    if (fd.ok()) return fd;
    const int error_number = fd.error().error_number();
    if (error_number != ECONNREFUSED && error_number != ENOENT) return fd;
  }
  return UniqueFd();
}

Result<std::string> Daemon::Ask(const std::string& command, Deadline deadline) const {
  auto fd = Connect(deadline);
  if (!fd.ok()) return fd.error().While(kOperation + (" '" + command) + "'");
  if (!*fd) {
    return Error::Because(kOperation, command,
                          "multipathd is not running: nobody listens at " +
                              boost::join(sockets_, " or ") +
                              "; start it by 'systemctl start multipathd'");
  }
  return Exchange(fd->get(), command, deadline).Run();
}

Result<Topology> Daemon::ShowTopology(Deadline deadline) const {
  DUALPATH_TRY(const std::string reply, Ask("show maps json", deadline));
  if (boost::starts_with(boost::trim_left_copy(reply), "{")) return ParseMapsJson(reply);
  return ShowTopologyText(deadline);
}

Result<Topology> Daemon::ShowTopologyText(Deadline deadline) const {
  const std::string command = "show maps topology";
  DUALPATH_TRY(const std::string reply, Ask(command, deadline));
  // What it says when there is no map.
  if (const std::string words = boost::trim_copy(reply); words.empty() || words == "ok") {
    return Topology{};
  }
  Topology topology = ParseTopology(reply);
  if (topology.maps.empty()) return Unexpected(command, reply);
  return topology;
}

Result<std::string> Daemon::ShowColumn(const std::string& things, const std::string& key,
                                       const std::string& value, const std::string& wanted,
                                       Deadline deadline) const {
  std::string command = "show " + things;
  command += " format " + key + "|" + wanted + "|";
  DUALPATH_TRY(const std::string reply, Ask(command, deadline));
  std::istringstream lines(reply);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> columns;
    boost::split(columns, line, boost::is_any_of("|"));
    if (columns.size() < 2 || boost::trim_copy(columns[0]) != value) continue;
    return boost::trim_copy(columns[1]);
  }
  return Unexpected(command, reply);
}

Status Daemon::AwaitKnown(const std::string& hctl, bool wanted, Deadline deadline) const {
  const char* const operation =
      wanted ? "wait until multipathd knows" : "wait until multipathd has let go of";
  return WaitUntil(operation, hctl, deadline, [&]() -> std::string {
    // Between bars, which tell 3:0:1:0 from 13:0:1:0; the column is filled up with blanks.
    // A budget of its own: the last look, when `deadline` is over, is to say what there is.
    const auto known = Ask("show paths format |%i|", Deadline::In(kAnswerBudget));
    if (!known.ok()) return known.error().ToString();
    const std::string names = boost::erase_all_copy(*known, " ");
    const bool listed = boost::contains(names, "|" + hctl + "|");
    return listed == wanted ? "" : "it knows " + *known;
  });
}

Result<Daemon::CheckDue> Daemon::NextCheck(const std::string& hctl, Deadline deadline) const {
  DUALPATH_TRY(const std::string progress, ShowColumn("paths", "%i", hctl, "%C", deadline));
  // "XXXXXX.... 3/5" with a bar of any length; "orphan" for a path that is in no map.
  unsigned left = 0;
  unsigned interval = 0;
  char slash = 0;
  std::istringstream figures(progress.substr(progress.find(' ') + 1));
  if (figures >> left >> slash >> interval && slash == '/') {
    return CheckDue{std::chrono::seconds(left), std::chrono::seconds(interval)};
  }
  return Error::Because("ask multipathd when it checks", hctl, "it answered '" + progress + "'");
}

Status Daemon::Reconfigure(Deadline deadline) const {
  const std::string command = "reconfigure";
  DUALPATH_TRY(const std::string reply, Ask(command, deadline));
  if (boost::trim_copy(reply) == "ok") return Ok{};
  return Unexpected(command, reply);
}

Result<pid_t> Daemon::Pid(Deadline deadline) const {
  const std::string command = "show daemon";
  DUALPATH_TRY(const std::string reply, Ask(command, deadline));
  // "pid 1021 idle"
  std::string word;
  pid_t pid = 0;
  std::istringstream words(reply);
  if (words >> word >> pid && word == "pid" && pid > 0) return pid;
  return Unexpected(command, reply);
}

Result<bool> Daemon::Running() const {
  const Deadline deadline = Deadline::In(kAnswerBudget);
  DUALPATH_TRY(const UniqueFd fd, Connect(deadline));
  if (!fd) return false;
  const std::string command = "show daemon";
  DUALPATH_TRY_STATUS(Exchange(fd.get(), command, deadline).Run());
  return true;
}

}  // namespace dualpath::multipath
