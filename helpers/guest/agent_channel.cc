#include "helpers/guest/agent_channel.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <utility>

#include "helpers/base/unix_socket.h"

namespace dualpath::guest {
namespace {

using wire::Message;
using wire::MessageType;

constexpr char kConnect[] = "connect to the guest's agent";

const char* NameOf(MessageType type) {
  switch (type) {
    case MessageType::kHello:
      return "Hello";
    case MessageType::kDisk:
      return "Disk";
    case MessageType::kStartIo:
      return "StartIo";
    case MessageType::kStopIo:
      return "StopIo";
    case MessageType::kIoState:
      return "IoState";
    case MessageType::kFetch:
      return "Fetch";
    case MessageType::kKernelLog:
      return "KernelLog";
    case MessageType::kStartScsi:
      return "StartScsi";
    case MessageType::kScsiResult:
      return "ScsiResult";
    case MessageType::kPutFile:
      return "PutFile";
    case MessageType::kRunProgram:
      return "RunProgram";
    case MessageType::kProgramState:
      return "ProgramState";
    case MessageType::kFailed:
      return "Failed";
  }
  return "message of unknown type";
}

/// The socket may not exist yet, or QEMU may not listen on it yet.
bool IsNotListening(int error_number) {
  return error_number == ENOENT || error_number == ECONNREFUSED;
}

}  // namespace

std::uint64_t RandomNumber() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

std::string FormatSeconds(std::chrono::nanoseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", std::chrono::duration<double>(time).count());
  return text.data();
}

AgentChannel::AgentChannel(UniqueFd socket, std::string name)
    : socket_(std::move(socket)),
      name_(std::move(name)),
      // Answers to the previous client may still arrive; our request numbers must differ from its.
      last_request_(static_cast<std::uint32_t>(RandomNumber())) {}

Result<AgentChannel> AgentChannel::Connect(const std::string& socket_path, Deadline deadline) {
  Result<UniqueFd> socket = UniqueFd();
  PollUntil(deadline, [&] {
    socket = unix_socket::Connect(socket_path, deadline);
    return socket.ok() || !IsNotListening(socket.error().error_number());
  });
  if (!socket.ok()) return Error::FromErrno(kConnect, socket_path, socket.error().error_number());
  return Adopt(std::move(socket).value(), socket_path, deadline);
}

Result<AgentChannel> AgentChannel::Adopt(UniqueFd socket, const std::string& name,
                                         Deadline deadline) {
  AgentChannel channel(std::move(socket), name);
  DUALPATH_TRY(const wire::HelloAnswer hello, channel.Hello(deadline));
  if (hello.protocol_version != wire::kProtocolVersion) {
    return Error::Because(kConnect, name,
                          "protocol version " + std::to_string(hello.protocol_version) +
                              " instead of " + std::to_string(wire::kProtocolVersion) +
                              "; rebuild the guest's image");
  }
  return channel;
}

Result<wire::HelloAnswer> AgentChannel::Hello(Deadline deadline) {
  const wire::HelloRequest request{RandomNumber(), wire::kProtocolVersion, 0};
  DUALPATH_TRY(const auto answer,
               AskFor<wire::HelloAnswer>(MessageType::kHello, wire::ToPayload(request), deadline));
  if (answer.nonce != request.nonce) {
    return BadAnswer(MessageType::kHello, "the answer is to another client's request");
  }
  return answer;
}

Result<std::string> AgentChannel::Ask(MessageType type, std::string payload, Deadline deadline) {
  const std::uint32_t id = ++last_request_;
  DUALPATH_TRY_STATUS(Send(wire::Encode({type, id, std::move(payload)}), deadline));
  while (true) {
    DUALPATH_TRY(Message answer, Receive(type, deadline));
    last_answer_ = NameOf(answer.type);
    last_answer_at_ = Deadline::Clock::now();
    if (answer.request_id != id) continue;  // answer to a request whose deadline expired
    if (answer.type == type) return std::move(answer.payload);
    const auto failure = wire::FromPayload<wire::Failure>(answer.payload);
    if (answer.type != MessageType::kFailed || !failure) {
      return BadAnswer(type, std::string("the answer is a ") + NameOf(answer.type));
    }
    const std::string object = name_ + ": " + TextOf(failure->reason);
    return Error::FromErrno(std::string("the guest's agent refuses ") + NameOf(type), object,
                            failure->error_number);
  }
}

Status AgentChannel::Send(const std::string& bytes, Deadline deadline) {
  const Status sent = unix_socket::SendAll(socket_, bytes, name_, deadline);
  if (sent.ok()) return Ok{};
  const int error_number = sent.error().error_number();
  if (error_number != 0) {
    const bool is_closed = error_number == EPIPE || error_number == ECONNRESET;
    return Error::FromErrno("send a request to the guest's agent", name_,
                            is_closed ? kGone : error_number);
  }
  return Error::Because("send a request to the guest's agent", name_,
                        sent.error().reason() + "; the guest has not booted, is paused or dead");
}

Result<Message> AgentChannel::Receive(MessageType type, Deadline deadline) {
  while (true) {
    if (std::optional<Message> message = reader_.Next()) return std::move(*message);
    const auto chunk = unix_socket::ReceiveSome(socket_, name_, deadline);
    if (!chunk.ok()) return BadAnswer(type, chunk.error().reason());
    if (chunk->empty()) {
      const Error closed = BadAnswer(type, "the connection is closed: QEMU has ended");
      return Error::FromErrno(closed.operation(), closed.object() + ": " + closed.reason(), kGone);
    }
    reader_.Append(chunk->data(), chunk->size());
  }
}

Error AgentChannel::BadAnswer(MessageType type, const std::string& reason) const {
  std::string last = "last answer: " + last_answer_;
  if (last_answer_at_ != Deadline::Clock::time_point{}) {
    last += ", " + FormatSeconds(Deadline::Clock::now() - last_answer_at_) + " ago";
  }
  if (reader_.pending() > 0) {
    last += "; " + std::to_string(reader_.pending()) + " bytes of an incomplete one";
  }
  return Error::Because("ask the guest's agent", name_ + " for " + NameOf(type),
                        reason + "; " + last);
}

}  // namespace dualpath::guest
