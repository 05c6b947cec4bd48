#include "helpers/guest/agent_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <utility>

#include "helpers/base/eventually.h"

namespace dualpath::guest {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using wire::Message;
using wire::MessageType;

constexpr milliseconds kPollSlice{1000};
constexpr std::uint32_t kRecordsPerFetch = 3000;
constexpr std::chrono::microseconds kLongestInterval = std::chrono::hours(1);
// The agent looks at all that it has of a frame whenever more of it has come.
constexpr std::size_t kFileChunk = std::size_t{64} * 1024;
constexpr std::uint32_t kOutputChunk = 128 * 1024;

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
  return "a message of unknown type";
}

/// Two clients of one guest must not take each other's answers for their own.
std::uint64_t FreshNonce() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

template <std::size_t kSize>
std::string TextOf(const char (&field)[kSize]) {
  return std::string(field, ::strnlen(field, kSize));
}

std::vector<std::uint8_t> BytesOf(const std::uint8_t* bytes, std::size_t size) {
  return {bytes, bytes + size};
}

IoStatus FromWire(const wire::IoState& state) {
  IoStatus status;
  status.issued = state.issued;
  status.completed = state.completed;
  status.failed = state.failed;
  status.running = state.running != 0;
  status.in_flight = state.in_flight;
  status.in_flight_sequence = state.in_flight_sequence;
  status.in_flight_since = nanoseconds(state.in_flight_since_ns);
  status.now = nanoseconds(state.now_ns);
  return status;
}

DiskInfo FromWire(const wire::DiskAnswer& answer) {
  DiskInfo disk;
  disk.name = TextOf(answer.name);
  if (answer.host != wire::kNoScsiHost) {
    disk.hctl = std::to_string(answer.host) + ":" + std::to_string(answer.channel) + ":" +
                std::to_string(answer.target) + ":" + std::to_string(answer.lun);
  }
  disk.vendor = TextOf(answer.vendor);
  disk.model = TextOf(answer.model);
  disk.revision = TextOf(answer.revision);
  disk.state = TextOf(answer.state);
  disk.wwid = TextOf(answer.wwid);
  disk.scheduler = TextOf(answer.scheduler);
  disk.size_bytes = answer.size_bytes;
  disk.logical_block_bytes = answer.logical_block_bytes;
  disk.physical_block_bytes = answer.physical_block_bytes;
  disk.queue_depth = answer.queue_depth;
  disk.nr_requests = answer.nr_requests;
  disk.max_sectors_kb = answer.max_sectors_kb;
  disk.timeout = std::chrono::seconds(answer.timeout_seconds);
  disk.inquiry =
      BytesOf(answer.inquiry, std::min<std::size_t>(answer.inquiry_bytes, sizeof(answer.inquiry)));
  disk.vpd83 =
      BytesOf(answer.vpd83, std::min<std::size_t>(answer.vpd83_bytes, sizeof(answer.vpd83)));
  return disk;
}

ProgramStatus FromWire(const wire::ProgramState& state) {
  ProgramStatus status;
  status.started = state.pid != 0;
  status.running = state.running != 0;
  status.exit = {state.exit_code, state.exit_signal};
  status.output_bytes = state.output_bytes;
  return status;
}

std::string Seconds(nanoseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", std::chrono::duration<double>(time).count());
  return text.data();
}

Result<UniqueFd> ConnectOnce(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Error::FromErrno("connect to the guest's agent", path, ENAMETOOLONG);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address))) {
    return Error::FromErrno("connect to the guest's agent", path, errno);
  }
  return fd;
}

bool MayComeYet(int error_number) {
  // EAGAIN: QEMU serves one client at a time, and the queue of those that wait is short.
  return error_number == ENOENT || error_number == ECONNREFUSED || error_number == EAGAIN;
}

/// EAGAIN: the disk is there and has not answered its INQUIRY.
bool MayAppearYet(int error_number) { return error_number == ENODEV || error_number == EAGAIN; }

/// Waits for `events`, in slices that keep the deadline.
void WaitFor(int fd, short events, Deadline deadline) {
  pollfd entry{fd, events, 0};
  ::poll(&entry, 1, static_cast<int>(deadline.RemainingUpTo(kPollSlice).count()));
}

}  // namespace

std::string IoStatus::ToString() const {
  std::string text = std::to_string(issued) + " issued, " + std::to_string(completed) +
                     " completed (" + std::to_string(failed) + " failed)";
  if (in_flight > 1) text += ", " + std::to_string(in_flight) + " in flight";
  if (in_flight > 0) {
    text += ", sequence " + std::to_string(in_flight_sequence) + " in flight for " +
            Seconds(now - in_flight_since);
  }
  return text + (running ? ", running" : ", not running");
}

std::string ProgramStatus::ToString() const {
  if (!started) return "not started";
  return (running ? "running" : exit.ToString()) + ", " + std::to_string(output_bytes) +
         " bytes of output";
}

AgentClient::AgentClient(UniqueFd socket, std::string name)
    : socket_(std::move(socket)), name_(std::move(name)) {}

Result<AgentClient> AgentClient::Connect(const std::string& socket_path, Deadline deadline) {
  Result<UniqueFd> socket = UniqueFd();
  PollUntil(deadline, [&] {
    socket = ConnectOnce(socket_path);
    return socket.ok() || !MayComeYet(socket.error().error_number());
  });
  if (!socket.ok()) return socket.error();
  return Adopt(std::move(socket).value(), socket_path, deadline);
}

Result<AgentClient> AgentClient::Adopt(UniqueFd socket, const std::string& name,
                                       Deadline deadline) {
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    return Error::FromErrno("connect to the guest's agent", name, errno);
  }
  AgentClient agent(std::move(socket), name);
  // What a client before us was still owed carries request numbers too; ours begin elsewhere.
  agent.last_request_ = static_cast<std::uint32_t>(FreshNonce());
  DUALPATH_TRY(const wire::HelloAnswer hello, agent.AskHello(deadline));
  if (hello.protocol_version != wire::kProtocolVersion) {
    return Error::Because("connect to the guest's agent", name,
                          "it speaks protocol version " + std::to_string(hello.protocol_version) +
                              ", we speak " + std::to_string(wire::kProtocolVersion) +
                              ": the guest's image is of another build");
  }
  return agent;
}

Result<DiskInfo> AgentClient::Disk(Deadline deadline) {
  Result<wire::DiskAnswer> answer = wire::DiskAnswer{};
  PollUntil(deadline, [&] {
    answer = AskFor<wire::DiskAnswer>(MessageType::kDisk, "", deadline);
    return answer.ok() || !MayAppearYet(answer.error().error_number());
  });
  if (!answer.ok()) return answer.error();
  return FromWire(*answer);
}

Status AgentClient::AwaitNoDisk(Deadline deadline) {
  return WaitUntil("wait until the disk is gone from", name_, deadline, [&]() -> std::string {
    const auto answer = AskFor<wire::DiskAnswer>(MessageType::kDisk, "", deadline);
    if (answer.ok()) return TextOf(answer->name) + " is there";
    return answer.error().error_number() == ENODEV ? "" : answer.error().ToString();
  });
}

Status AgentClient::StartIo(const IoOptions& options, Deadline deadline) {
  if (options.interval.count() < 0 || options.interval > kLongestInterval) {
    return Error::FromErrno("start the guest's I/O",
                            "interval of " + std::to_string(options.interval.count()) +
                                " us, allowed is 0 to " + std::to_string(kLongestInterval.count()) +
                                " us",
                            EINVAL);
  }
  wire::StartIoRequest request{};
  request.kind = options.kind;
  request.interval_us = static_cast<std::uint32_t>(options.interval.count());
  request.block_bytes = options.block_bytes;
  request.queue_depth = options.queue_depth;
  request.first_block = options.first_block;
  request.block_count = options.block_count;
  request.run_id = options.run_id;
  request.first_sequence = options.first_sequence;
  request.max_count = options.max_count;
  request.read_percent = options.read_percent;
  request.offset_sectors = options.offset_sectors;
  DUALPATH_TRY_STATUS(
      AskFor<wire::IoState>(MessageType::kStartIo, wire::ToPayload(request), deadline));
  return Ok{};
}

Result<IoStatus> AgentClient::IoState(Deadline deadline) {
  DUALPATH_TRY(const auto state, AskFor<wire::IoState>(MessageType::kIoState, "", deadline));
  return FromWire(state);
}

Result<IoStatus> AgentClient::StopIo(Deadline deadline) {
  DUALPATH_TRY(const auto state, AskFor<wire::IoState>(MessageType::kStopIo, "", deadline));
  return FromWire(state);
}

Result<IoStatus> AgentClient::StopIoAndWait(Deadline deadline) {
  DUALPATH_TRY(IoStatus status, StopIo(deadline));
  Status asked = Ok{};
  const bool over = PollUntil(deadline, [&] {
    if (!status.running) return true;
    const Result<IoStatus> next = IoState(deadline);
    if (next.ok()) status = *next;
    // Not for want of time: what was last seen says more then.
    if (!next.ok() && !deadline.Expired()) asked = next.error();
    return !status.running || !asked.ok();
  });
  if (!asked.ok()) return asked.error();
  if (over) return status;
  return Error::Because("stop the guest's I/O", name_,
                        "deadline expired; last seen: " + status.ToString());
}

Result<std::vector<IoRecord>> AgentClient::FetchRecords(std::uint64_t from_index,
                                                        Deadline deadline) {
  std::vector<IoRecord> records;
  while (true) {
    const wire::FetchRequest request{from_index + records.size(), kRecordsPerFetch, 0};
    DUALPATH_TRY(const std::string payload,
                 Ask(MessageType::kFetch, wire::ToPayload(request), deadline));
    const auto answer = wire::FromPayload<wire::FetchAnswer>(payload);
    if (!answer || answer->from_index != request.from_index ||
        payload.size() != sizeof(wire::FetchAnswer) + answer->count * sizeof(IoRecord)) {
      return NoAnswer(MessageType::kFetch, "the records do not match their count");
    }
    const std::size_t before = records.size();
    records.resize(before + answer->count);
    std::memcpy(records.data() + before, payload.data() + sizeof(wire::FetchAnswer),
                answer->count * sizeof(IoRecord));
    // Not "until there are none": a fast run would keep us here.
    if (answer->count < kRecordsPerFetch) return records;
  }
}

Result<std::string> AgentClient::KernelLog(std::size_t max_bytes, Deadline deadline) {
  const wire::KernelLogRequest request{
      static_cast<std::uint32_t>(std::min<std::size_t>(max_bytes, wire::kMaxPayload)), 0};
  return Ask(MessageType::kKernelLog, wire::ToPayload(request), deadline);
}

Status AgentClient::PutFile(const std::string& path, unsigned mode, const std::string& content,
                            Deadline deadline) {
  wire::PutFileRequest request{};
  request.mode = mode;
  if (path.size() >= sizeof(request.path)) {
    return Error::FromErrno("put file into the guest", path, ENAMETOOLONG);
  }
  path.copy(request.path, path.size());
  do {
    const std::string chunk = content.substr(request.offset, kFileChunk);
    DUALPATH_TRY_STATUS(Ask(MessageType::kPutFile, wire::ToPayload(request) + chunk, deadline));
    request.offset += chunk.size();
  } while (request.offset < content.size());
  return Ok{};
}

Status AgentClient::RunProgram(const std::vector<std::string>& argv,
                               const std::vector<std::string>& environment, Deadline deadline) {
  const wire::RunProgramRequest request{static_cast<std::uint32_t>(argv.size()),
                                        static_cast<std::uint32_t>(environment.size())};
  std::string payload = wire::ToPayload(request);
  for (const auto* words : {&argv, &environment}) {
    for (const std::string& word : *words) payload += word + '\0';
  }
  DUALPATH_TRY_STATUS(
      AskFor<wire::ProgramState>(MessageType::kRunProgram, std::move(payload), deadline));
  return Ok{};
}

Result<ProgramStatus> AgentClient::ProgramState(Deadline deadline) {
  ProgramStatus status;
  DUALPATH_TRY_STATUS(AskProgram({}, status, deadline));
  return status;
}

Result<std::string> AgentClient::ProgramOutput(Deadline deadline) {
  std::string output;
  while (true) {
    ProgramStatus status;
    DUALPATH_TRY(const std::string chunk,
                 AskProgram({output.size(), kOutputChunk, 0}, status, deadline));
    output += chunk;
    // Not "until there is no more": a program that talks much would keep us here.
    if (chunk.size() < kOutputChunk) return output;
  }
}

Status AgentClient::EndProgram(int signal, Deadline deadline) {
  ProgramStatus status;
  DUALPATH_TRY_STATUS(AskProgram({0, 0, static_cast<std::uint32_t>(signal)}, status, deadline));
  return WaitUntil("end the program in the guest", name_, deadline, [&]() -> std::string {
    if (!status.running) return "";
    const Result<ProgramStatus> next = ProgramState(deadline);
    if (!next.ok()) return next.error().ToString();
    status = *next;
    return status.running ? status.ToString() : "";
  });
}

Result<ClockOffset> AgentClient::MeasureClock(int exchanges, Deadline deadline) {
  ClockOffset best;
  best.error = nanoseconds::max();
  for (int i = 0; i < exchanges; ++i) {
    const auto before = Deadline::Clock::now().time_since_epoch();
    DUALPATH_TRY(const wire::HelloAnswer hello, AskHello(deadline));
    const auto after = Deadline::Clock::now().time_since_epoch();
    // The guest looked at its clock somewhere between: half the round trip bounds the error.
    const nanoseconds half = (after - before) / 2;
    if (half >= best.error) continue;
    best.error = half;
    best.guest_minus_ours = nanoseconds(hello.monotonic_ns) - (before + half);
  }
  return best;
}

Result<wire::HelloAnswer> AgentClient::AskHello(Deadline deadline) {
  const wire::HelloRequest request{FreshNonce(), wire::kProtocolVersion, 0};
  DUALPATH_TRY(const auto answer,
               AskFor<wire::HelloAnswer>(MessageType::kHello, wire::ToPayload(request), deadline));
  if (answer.nonce != request.nonce) {
    return NoAnswer(MessageType::kHello, "the answer is to somebody else's question");
  }
  return answer;
}

Result<std::string> AgentClient::AskProgram(const wire::ProgramStateRequest& request,
                                            ProgramStatus& status, Deadline deadline) {
  DUALPATH_TRY(const std::string payload,
               Ask(MessageType::kProgramState, wire::ToPayload(request), deadline));
  const auto state = wire::FromPayload<wire::ProgramState>(payload);
  if (!state || payload.size() > sizeof(*state) + request.max_bytes) {
    return NoAnswer(MessageType::kProgramState,
                    "the answer has " + std::to_string(payload.size()) + " bytes");
  }
  status = FromWire(*state);
  return payload.substr(sizeof(*state));
}

template <typename Answer>
Result<Answer> AgentClient::AskFor(MessageType type, std::string payload, Deadline deadline) {
  DUALPATH_TRY(const std::string answer, Ask(type, std::move(payload), deadline));
  const auto value = wire::FromPayload<Answer>(answer);
  if (value && answer.size() == sizeof(Answer)) return *value;
  return NoAnswer(type, "the answer has " + std::to_string(answer.size()) + " bytes instead of " +
                            std::to_string(sizeof(Answer)));
}

Result<std::string> AgentClient::Ask(MessageType type, std::string payload, Deadline deadline) {
  const std::uint32_t id = ++last_request_;
  DUALPATH_TRY_STATUS(Send(wire::Encode({type, id, std::move(payload)}), deadline));
  while (true) {
    DUALPATH_TRY(Message answer, Receive(type, deadline));
    last_answer_ = NameOf(answer.type);
    last_answer_at_ = Deadline::Clock::now();
    if (answer.request_id != id) continue;  // to a request that was given up
    if (answer.type == type) return std::move(answer.payload);
    const auto failure = wire::FromPayload<wire::Failure>(answer.payload);
    if (answer.type != MessageType::kFailed || !failure) {
      return NoAnswer(type, std::string("it answered with ") + NameOf(answer.type));
    }
    const std::string object = name_ + ": " + TextOf(failure->reason);
    return Error::FromErrno(std::string("the guest's agent refuses ") + NameOf(type), object,
                            failure->error_number);
  }
}

Status AgentClient::Send(const std::string& bytes, Deadline deadline) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      if (deadline.Expired()) {
        return Error::Because("ask the guest's agent", name_,
                              "deadline expired, and it takes no requests: the guest is not booted "
                              "yet, paused or dead");
      }
      WaitFor(socket_.get(), POLLOUT, deadline);
    } else if (errno != EINTR) {
      return Error::FromErrno("ask the guest's agent", name_, errno);
    }
  }
  return Ok{};
}

Result<Message> AgentClient::Receive(MessageType type, Deadline deadline) {
  std::array<char, 16384> chunk{};
  while (true) {
    if (std::optional<Message> message = reader_.Next()) return std::move(*message);
    const bool last_look = deadline.Expired();
    const ssize_t n = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (n > 0) {
      reader_.Append(chunk.data(), static_cast<std::size_t>(n));
    } else if (n == 0) {
      return NoAnswer(type, "the connection was closed: the guest's QEMU has ended");
    } else if (errno == EAGAIN) {
      if (last_look) return NoAnswer(type, "deadline expired");
      WaitFor(socket_.get(), POLLIN, deadline);
    } else if (errno != EINTR) {
      return Error::FromErrno("read the guest's agent", name_, errno);
    }
  }
}

Error AgentClient::NoAnswer(MessageType type, const std::string& reason) const {
  std::string last = "last answer: " + last_answer_;
  if (last_answer_at_ != Deadline::Clock::time_point{}) {
    last += ", " + Seconds(Deadline::Clock::now() - last_answer_at_) + " ago";
  }
  if (reader_.pending() > 0) {
    last += "; " + std::to_string(reader_.pending()) + " bytes of an unfinished one";
  }
  return Error::Because("ask the guest's agent", name_ + " for " + NameOf(type),
                        reason + "; " + last);
}

}  // namespace dualpath::guest
