#include "helpers/multipath/daemon.h"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/erase.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <sstream>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/unix_socket.h"
#include "helpers/multipath/topology_json.h"
#include "helpers/multipath/topology_parser.h"

namespace dualpath::multipath {
namespace {

constexpr char kOperation[] = "ask multipathd";

// multipathd's own limit (mpath_cmd.h, MAX_REPLY_LEN).
constexpr std::size_t kLongestReply = std::size_t{32} << 20U;

constexpr std::chrono::seconds kAnswerBudget{5};

/// Sends one command on a connection and returns the reply.
Result<std::string> Exchange(const UniqueFd& fd, const std::string& command, Deadline deadline) {
  const auto because = [&](const std::string& reason) {
    return Error::Because(kOperation, command, reason);
  };
  std::size_t length = command.size() + 1;
  std::string message(reinterpret_cast<const char*>(&length), sizeof(length));
  message.append(command.c_str(), length);
  const Status sent = unix_socket::SendAll(fd, message, "multipathd", deadline);
  if (!sent.ok()) return because(sent.error().reason());

  std::string reply;
  const auto receive = [&](std::size_t bytes, const std::string& what) -> Status {
    while (reply.size() < bytes) {
      const std::string progress =
          what + " (" + std::to_string(reply.size()) + " of " + std::to_string(bytes) + " bytes)";
      const auto chunk = unix_socket::ReceiveSome(fd, "multipathd", deadline);
      if (!chunk.ok()) return because(chunk.error().reason() + " while waiting for " + progress);
      if (chunk->empty()) return because("multipathd closed the connection during " + progress);
      reply += *chunk;
    }
    return Ok{};
  };
  DUALPATH_TRY_STATUS(receive(sizeof(length), "the reply's length"));
  std::memcpy(&length, reply.data(), sizeof(length));
  reply.erase(0, sizeof(length));
  if (length == 0 || length > kLongestReply) {
    return because("the reply announces a length of " + std::to_string(length) +
                   " bytes; is this multipathd's socket?");
  }
  DUALPATH_TRY_STATUS(receive(length, "the reply"));
  reply.resize(length);
  if (reply.back() == '\0') reply.pop_back();
  return reply;
}

Error Unexpected(const std::string& command, const std::string& reply) {
  return Error::Because(kOperation, command, "the answer is '" + boost::trim_copy(reply) + "'");
}

}  // namespace

Daemon::Daemon(std::vector<std::string> sockets) : sockets_(std::move(sockets)) {}

Result<UniqueFd> Daemon::Connect(Deadline deadline) const {
  for (const std::string& name : sockets_) {
    auto fd = unix_socket::Connect(name, deadline);
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
                          "multipathd is not running: nothing listens on " +
                              boost::join(sockets_, " or ") +
                              "; start it by 'systemctl start multipathd'");
  }
  return Exchange(*fd, command, deadline);
}

Status Daemon::Execute(const std::string& command, Deadline deadline) const {
  std::string reply;
  Status asked = Ok{};
  PollUntil(deadline, [&] {
    // A separate deadline, so that the last poll, after `deadline`, can still return a reply.
    const auto answer = Ask(command, Deadline::In(kAnswerBudget));
    if (!answer.ok()) {
      asked = answer.error();
      return true;
    }
    reply = boost::trim_copy(*answer);
    return !boost::contains(reply, "timeout");
  });
  if (!asked.ok()) return asked;
  if (reply == "ok") return Ok{};
  return Unexpected(command, boost::replace_all_copy(reply, "\n", ": "));
}

Result<Topology> Daemon::ShowTopology(Deadline deadline) const {
  DUALPATH_TRY(const std::string reply, Ask("show maps json", deadline));
  if (boost::starts_with(boost::trim_left_copy(reply), "{")) return ParseMapsJson(reply);
  return ShowTopologyText(deadline);
}

Result<Topology> Daemon::ShowTopologyText(Deadline deadline) const {
  const std::string command = "show maps topology";
  DUALPATH_TRY(const std::string reply, Ask(command, deadline));
  // The reply if there are no maps.
  if (const std::string text = boost::trim_copy(reply); text.empty() || text == "ok") {
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

Status Daemon::AwaitListed(const std::string& hctl, bool wanted, Deadline deadline) const {
  const char* const operation =
      wanted ? "wait until multipathd has path" : "wait until multipathd has removed path";
  return WaitUntil(operation, hctl, deadline, [&]() -> std::string {
    // The bars distinguish 3:0:1:0 from 13:0:1:0; the column is padded with blanks. A separate
    // deadline, so that the last poll, after `deadline`, can still report the paths.
    const auto paths = Ask("show paths format |%i|", Deadline::In(kAnswerBudget));
    if (!paths.ok()) return paths.error().ToString();
    const std::string names = boost::erase_all_copy(*paths, " ");
    const bool listed = boost::contains(names, "|" + hctl + "|");
    return listed == wanted ? "" : "its paths are " + *paths;
  });
}

Result<Daemon::CheckDue> Daemon::NextCheck(const std::string& hctl, Deadline deadline) const {
  DUALPATH_TRY(const std::string progress, ShowColumn("paths", "%i", hctl, "%C", deadline));
  // "XXXXXX.... 3/5", where the bar has any length; "orphan" for a path in no map.
  unsigned left = 0;
  unsigned interval = 0;
  char slash = 0;
  std::istringstream figures(progress.substr(progress.find(' ') + 1));
  if (figures >> left >> slash >> interval && slash == '/') {
    return CheckDue{std::chrono::seconds(left), std::chrono::seconds(interval)};
  }
  return Error::Because("ask multipathd for the next check of", hctl,
                        "the answer is '" + progress + "'");
}

Status Daemon::Reconfigure(Deadline deadline) const { return Execute("reconfigure", deadline); }

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

Status Daemon::LogMark(const std::string& mark, Deadline deadline) const {
  return WaitUntil("log a mark in", "multipathd", deadline, [&]() -> std::string {
    const auto reply = Ask("del path " + mark, deadline);
    if (!reply.ok()) return reply.error().ToString();
    // "timeout": busy, the command was not carried out. "fail": there is no such path.
    return boost::contains(*reply, "timeout") ? *reply : "";
  });
}

Result<bool> Daemon::Busy(Deadline deadline) const {
  const std::string command = "show status";
  DUALPATH_TRY(const std::string reply, Ask(command, deadline));
  // "busy: False"; before 0.4.9, "Busy: False".
  if (boost::icontains(reply, "busy: false")) return false;
  if (boost::icontains(reply, "busy: true")) return true;
  return Unexpected(command, reply);
}

Result<bool> Daemon::Running() const {
  const Deadline deadline = Deadline::In(kAnswerBudget);
  DUALPATH_TRY(const UniqueFd fd, Connect(deadline));
  if (!fd) return false;
  const std::string command = "show daemon";
  DUALPATH_TRY_STATUS(Exchange(fd, command, deadline));
  return true;
}

}  // namespace dualpath::multipath
