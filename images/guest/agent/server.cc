#include "images/guest/agent/server.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "helpers/base/unique_fd.h"
#include "images/guest/agent/files.h"
#include "images/guest/agent/kernel_log.h"

namespace dualpath::guest::agent {
namespace {

using wire::Message;
using wire::MessageType;

constexpr char kAgentVersion[] = "1";

template <typename T>
Result<T> Parse(const Message& request) {
  const auto value = wire::FromPayload<T>(request.payload);
  if (!value || request.payload.size() != sizeof(T)) {
    return Error::FromErrno("parse request",
                            "type " + std::to_string(static_cast<unsigned>(request.type)) +
                                " with " + std::to_string(request.payload.size()) + " bytes",
                            EPROTO);
  }
  return *value;
}

Result<std::string> AnswerHello(const Message& request, std::uint64_t started_ns) {
  DUALPATH_TRY(const auto hello, Parse<wire::HelloRequest>(request));
  wire::HelloAnswer answer{};
  answer.nonce = hello.nonce;
  answer.protocol_version = wire::kProtocolVersion;
  answer.started_ns = started_ns;
  utsname names{};
  if (::uname(&names) == 0) {
    CopyText(names.release, answer.kernel_release, sizeof(answer.kernel_release));
  }
  CopyText(kAgentVersion, answer.agent_version, sizeof(answer.agent_version));
  answer.monotonic_ns = MonotonicNs();
  return wire::ToPayload(answer);
}

Result<std::string> AnswerFetch(const Message& request, const IoWorker& worker) {
  DUALPATH_TRY(const auto fetch, Parse<wire::FetchRequest>(request));
  const std::vector<wire::IoEntry> entries =
      worker.Fetch(fetch.from_index, std::min<std::size_t>(fetch.max, wire::kMaxEntries));
  wire::FetchAnswer answer{};
  answer.from_index = fetch.from_index;
  answer.count = static_cast<std::uint32_t>(entries.size());
  std::string payload = wire::ToPayload(answer);
  payload.append(reinterpret_cast<const char*>(entries.data()),
                 entries.size() * sizeof(wire::IoEntry));
  return payload;
}

std::string FailurePayload(const Error& error) {
  wire::Failure failure{};
  failure.error_number = error.error_number();
  CopyText(error.ToString(), failure.reason, sizeof(failure.reason));
  return wire::ToPayload(failure);
}

}  // namespace

Server::Server(IoWorker& worker, ScsiWorker& scsi, ServerOptions options)
    : worker_(worker),
      scsi_(scsi),
      options_(std::move(options)),
      program_(options_.program_output),
      started_ns_(MonotonicNs()) {}

Status Server::Serve(int channel) {
  const int flags = ::fcntl(channel, F_GETFL);
  if (flags < 0 || ::fcntl(channel, F_SETFL, flags | O_NONBLOCK) != 0) {
    return Error::FromErrno("set up", "the agent's channel", errno);
  }
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  // Edge-triggered: a virtio-serial port without a client reports EPOLLHUP all the time, on which a
  // level-triggered wait would spin.
  epoll_event interest{};
  interest.events = EPOLLIN | EPOLLOUT | EPOLLET;
  if (!epoll || ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, channel, &interest) != 0) {
    return Error::FromErrno("watch", "the agent's channel", errno);
  }
  while (true) {
    epoll_event event{};
    const int n = ::epoll_wait(epoll.get(), &event, 1, -1);
    if (n < 0 && errno != EINTR) return Error::FromErrno("wait on", "the agent's channel", errno);
    DUALPATH_TRY(const Line line, ServeClient(channel));
    // Keeps incomplete data: the next client's request may arrive before the kernel has noticed the
    // connection, and clients skip the rest of an answer to another client.
    if (line == Line::kHungUp && options_.end_at_hangup) return Ok{};
  }
}

Result<Server::Line> Server::ServeClient(int channel) {
  DUALPATH_TRY(Line line, Receive(channel));
  // An answer that does not fit delays the next request instead of using more memory.
  while (line == Line::kOpen) {
    DUALPATH_TRY(line, Send(channel));
    if (line == Line::kHungUp || !unsent_.empty()) break;
    const std::optional<Message> request = reader_.Next();
    if (!request) break;
    unsent_ = wire::Encode(Answer(*request));
  }
  return line;
}

Result<Server::Line> Server::Receive(int channel) {
  std::array<char, 4096> chunk{};
  while (true) {
    const ssize_t n = ::read(channel, chunk.data(), chunk.size());
    if (n > 0) {
      reader_.Append(chunk.data(), static_cast<std::size_t>(n));
    } else if (n == 0 || errno == ECONNRESET) {
      return Line::kHungUp;
    } else if (errno == EAGAIN) {
      return Line::kOpen;
    } else if (errno != EINTR) {
      return Error::FromErrno("read", "the agent's channel", errno);
    }
  }
}

Result<Server::Line> Server::Send(int channel) {
  while (!unsent_.empty()) {
    const ssize_t n = ::write(channel, unsent_.data(), unsent_.size());
    if (n >= 0) {
      unsent_.erase(0, static_cast<std::size_t>(n));
    } else if (errno == EPIPE) {
      return Line::kHungUp;
    } else if (errno == EAGAIN) {
      return Line::kOpen;
    } else if (errno != EINTR) {
      return Error::FromErrno("write", "the agent's channel", errno);
    }
  }
  return Line::kOpen;
}

Message Server::Answer(const Message& request) {
  Result<std::string> payload = AnswerPayload(request);
  if (payload.ok()) return {request.type, request.request_id, std::move(payload).value()};
  return {MessageType::kFailed, request.request_id, FailurePayload(payload.error())};
}

Result<std::string> Server::AnswerPayload(const Message& request) {
  switch (request.type) {
    case MessageType::kHello:
      return AnswerHello(request, started_ns_);
    case MessageType::kDisk: {
      DUALPATH_TRY(const auto disk, worker_.Disk());
      return wire::ToPayload(disk);
    }
    case MessageType::kStartIo: {
      DUALPATH_TRY(const auto start, Parse<wire::StartIoRequest>(request));
      DUALPATH_TRY_STATUS(worker_.Start(start));
      return wire::ToPayload(worker_.State());
    }
    case MessageType::kStopIo:
      return wire::ToPayload(worker_.Stop());
    case MessageType::kIoState:
      return wire::ToPayload(worker_.State());
    case MessageType::kFetch:
      return AnswerFetch(request, worker_);
    case MessageType::kKernelLog: {
      DUALPATH_TRY(const auto log, Parse<wire::KernelLogRequest>(request));
      return ReadKernelLog(options_.kernel_log,
                           std::min<std::size_t>(log.max_bytes, wire::kMaxPayload));
    }
    case MessageType::kStartScsi:
      DUALPATH_TRY_STATUS(scsi_.Start(request.payload));
      return std::string();
    case MessageType::kScsiResult:
      return scsi_.Answer();
    case MessageType::kPutFile:
      DUALPATH_TRY_STATUS(PutFile(request.payload));
      return std::string();
    case MessageType::kRunProgram:
      return program_.AnswerRun(request.payload);
    case MessageType::kProgramState:
      return program_.AnswerState(request.payload);
    case MessageType::kFailed:
      break;
  }
  return Error::FromErrno("answer request",
                          "type " + std::to_string(static_cast<unsigned>(request.type)), ENOSYS);
}

}  // namespace dualpath::guest::agent
