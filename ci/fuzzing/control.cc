#include <sys/socket.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "ci/fuzzing/targets.h"
#include "helpers/base/unique_fd.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/lab/line_socket.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/qmp.h"
#include "helpers/lab/watch.h"

namespace dualpath::fuzzing {
namespace {

namespace protocol = lab::protocol;

Deadline InASecond() { return Deadline::In(std::chrono::seconds(1)); }

/// Returns a socket on which `bytes` have arrived; its other end is closed when `peer` is.
UniqueFd SocketWith(const std::string& bytes, UniqueFd& peer) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return {};
  UniqueFd socket(ends[0]);
  peer = UniqueFd(ends[1]);
  static_cast<void>(lab::SendAll(peer, bytes, InASecond()));
  ::shutdown(ends[1], SHUT_WR);
  return socket;
}

Status FuzzLine(const std::string& line) {
  const auto code = protocol::ParseExitCode(line);
  const auto end = protocol::ParseCaseExit(line);
  DUALPATH_TRY_STATUS(
      Promise(!end || (code && *code == end->code), "the end of a case has its exit code", line));
  if (code) {
    const auto again = protocol::ParseExitCode(protocol::ExitLine(*code));
    DUALPATH_TRY_STATUS(Promise(again == code, "a printed exit code parses", line));
  }
  const auto rig = protocol::ParseRig(line);
  return Promise(!rig || (protocol::RigLine(*rig) == line && !code), "a line has one meaning",
                 line);
}

/// The lines are those of the stream, and what is left has none.
Status FuzzLines(const std::string& stream) {
  std::string buffered = stream;
  std::string taken;
  while (const auto line = lab::TakeLine(buffered)) {
    DUALPATH_TRY_STATUS(
        Promise(line->find('\n') == std::string::npos, "a line is one line", *line));
    DUALPATH_TRY_STATUS(FuzzLine(*line));
    taken += *line + "\n";
  }
  return Promise(taken + buffered == stream && buffered.find('\n') == std::string::npos,
                 "no byte is lost between lines", stream);
}

void FuzzQmp(const std::string& bytes) {
  UniqueFd peer;
  // Nothing more can arrive: the socket has all bytes, and its peer is shut down.
  lab::Watch watch(lab::Limit{std::chrono::seconds(1), std::chrono::milliseconds(1000)},
                   [] { return std::chrono::nanoseconds(0); });
  auto qmp = lab::Qmp::Negotiate(SocketWith(bytes, peer), watch);
  if (!qmp.ok()) return;
  const auto status = qmp->Execute("query-status", nlohmann::json::object(), watch);
  if (status.ok()) static_cast<void>(status->dump());
}

Status FuzzCopy(const std::string& bytes) {
  UniqueFd peer;
  const UniqueFd socket = SocketWith(bytes, peer);
  const auto message = lab::ReceiveMessage(socket, InASecond());
  if (!message.ok()) return Ok{};
  return Promise(bytes.find(message->body) != std::string::npos, "the file was sent",
                 message->head.dump());
}

}  // namespace

Status FuzzControl(const std::string& input) {
  std::string text = input;
  switch (TakeChoice(text, 3)) {
    case 0:
      return FuzzLines(text);
    case 1:
      FuzzQmp(text);
      return Ok{};
    default:
      return FuzzCopy(text);
  }
}

}  // namespace dualpath::fuzzing
