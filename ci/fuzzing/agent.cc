#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "ci/fuzzing/targets.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/agent_client.h"
#include "helpers/guest/fio.h"
#include "helpers/guest/wire/block_content.h"
#include "helpers/guest/wire/frame.h"
#include "helpers/layers/guest_kernel_error.h"

namespace dualpath::fuzzing {
namespace {

using guest::wire::FrameReader;
using guest::wire::Message;
using guest::wire::MessageType;

/// Some answers make the client ask again until the deadline.
Deadline Soon() { return Deadline::In(std::chrono::milliseconds(20)); }

std::vector<Message> MessagesIn(FrameReader& reader, const std::string& bytes, std::size_t chunk) {
  std::vector<Message> messages;
  for (std::size_t at = 0; at < bytes.size(); at += chunk) {
    reader.Append(bytes.data() + at, std::min(chunk, bytes.size() - at));
    while (auto message = reader.Next()) messages.push_back(std::move(*message));
  }
  return messages;
}

std::string Print(const std::vector<Message>& messages) {
  std::string text = std::to_string(messages.size()) + " messages:";
  for (const Message& each : messages) {
    text += " #" + std::to_string(each.request_id) + " of " + std::to_string(each.payload.size());
  }
  return text;
}

/// Each line of the input is garbage of a client that died, followed by a whole frame. All frames
/// are found, however the stream is cut.
Status FuzzFrames(const std::string& input) {
  std::string stream;
  std::vector<Message> sent;
  for (const std::string& line : Lines(input)) {
    const auto [garbage, payload] = Split(line, '|');
    const auto id = static_cast<std::uint32_t>(sent.size());
    sent.push_back({MessageType::kKernelLog, id, payload});
    // What is cut off an earlier frame is garbage too.
    const std::string whole = guest::wire::Encode(sent.back());
    stream += whole.substr(0, garbage.size() % whole.size()) + garbage + whole;
  }
  // After too many false beginnings the reader starts anew.
  constexpr std::size_t kMostBeginnings = 48;
  if (Count(stream, "DUPF") > kMostBeginnings + sent.size()) return Ok{};
  const std::size_t chunk = input.empty() ? 1 : 1 + static_cast<unsigned char>(input.back());
  FrameReader reader;
  const std::vector<Message> found = MessagesIn(reader, stream, chunk);
  // An incomplete frame may contain a whole one: the garbage is arbitrary.
  std::size_t next = 0;
  for (const Message& message : found) {
    if (next < sent.size() && message.request_id == sent[next].request_id &&
        message.payload == sent[next].payload) {
      ++next;
    }
  }
  return Promise(next == sent.size(), "every whole frame is found", Print(found));
}

/// Answers each request with the next line of the input.
class Agent {
 public:
  Agent(UniqueFd socket, std::vector<std::string> answers)
      : socket_(std::move(socket)), answers_(std::move(answers)), thread_([this] { Serve(); }) {}
  ~Agent() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

 private:
  void Serve() {
    FrameReader reader;
    char buffer[4096];
    while (true) {
      const ssize_t size = ::recv(socket_.get(), buffer, sizeof buffer, 0);
      if (size <= 0) return;
      reader.Append(buffer, static_cast<std::size_t>(size));
      while (const auto request = reader.Next()) {
        if (!Answer(*request)) {
          ::shutdown(socket_.get(), SHUT_RDWR);
          return;
        }
      }
    }
  }

  bool Answer(const Message& request) {
    Message answer{request.type, request.request_id, ""};
    if (request.type == MessageType::kHello) {
      guest::wire::HelloAnswer hello{};
      hello.nonce = guest::wire::FromPayload<guest::wire::HelloRequest>(request.payload)->nonce;
      hello.protocol_version = guest::wire::kProtocolVersion;
      answer.payload = guest::wire::ToPayload(hello);
    } else {
      if (next_ == answers_.size()) return false;
      answer.payload = answers_[next_++];
      if (!answer.payload.empty() && answer.payload[0] == 'F') answer.type = MessageType::kFailed;
      // "SIZE": an answer of the right size for the struct, filled with the rest of the line.
      constexpr std::size_t kMost = 1024;
      if (const auto [size, fill] = Split(answer.payload, '*'); !fill.empty()) {
        const std::size_t bytes =
            std::min<std::size_t>(std::strtoul(size.c_str(), nullptr, 10), kMost);
        answer.payload.clear();
        while (answer.payload.size() < bytes) answer.payload += fill;
        answer.payload.resize(bytes);
      }
    }
    const std::string bytes = guest::wire::Encode(answer);
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  UniqueFd socket_;
  std::vector<std::string> answers_;
  std::size_t next_ = 0;
  std::thread thread_;
};

Status FuzzAnswers(const std::string& input) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return Ok{};
  std::string answers = input;
  const unsigned request = TakeChoice(answers, 8);
  const Agent agent(UniqueFd(ends[1]), Lines(answers));
  DUALPATH_TRY(
      guest::AgentClient client,
      guest::AgentClient::Adopt(UniqueFd(ends[0]), "fuzz", Deadline::In(std::chrono::seconds(10))));
  switch (request) {
    case 0: {
      const auto disk = client.Disk(Soon());
      return Promise(!disk.ok() || disk->inquiry.size() <= 96, "an INQUIRY fits", "");
    }
    case 1:
      if (const auto state = client.IoState(Soon()); state.ok()) {
        static_cast<void>(state->ToString());
      }
      return Ok{};
    case 2: {
      const auto entries = client.FetchEntries(0, Soon());
      return Promise(
          !entries.ok() || entries->size() * sizeof(guest::IoEntry) <= answers.size() * 1024,
          "entries were sent", "");
    }
    case 3:
      static_cast<void>(client.KernelLog(4096, Soon()));
      return Ok{};
    case 4: {
      const auto result = client.ScsiResult({"TEST UNIT READY", 0}, Soon());
      if (result.ok() && result->completion) static_cast<void>(result->completion->ToString());
      return Ok{};
    }
    case 5:
      if (const auto state = client.ProgramState(Soon()); state.ok()) {
        static_cast<void>(state->ToString());
      }
      return Ok{};
    case 6:
      static_cast<void>(client.ProgramOutput(Soon()));
      return Ok{};
    default:
      static_cast<void>(client.MeasureClock(1, Soon()));
      return Ok{};
  }
}

/// The input lies over a good block, from the offset in its first byte on.
Status FuzzBlock(const std::string& input) {
  constexpr std::size_t kBytes = 2048;
  constexpr guest::BlockIdentity kIdentity{3, 7, 42};
  alignas(std::uint64_t) char block[kBytes];
  guest::FillBlock(block, kBytes, kIdentity);
  const std::string good(block, kBytes);
  if (!input.empty()) {
    const std::size_t at = std::size_t{8} * static_cast<unsigned char>(input[0]);
    std::copy_n(input.begin() + 1, std::min(input.size() - 1, kBytes - at), block + at);
  }
  const guest::BlockFinding finding = guest::InspectBlock(block, kBytes);
  const bool is_good = good == std::string(block, kBytes);
  const std::string seen = guest::DescribeContent(block, kBytes) + "; " + ToString(finding) + "; " +
                           guest::KindOf(finding, kIdentity);
  DUALPATH_TRY_STATUS(Promise(
      is_good == (finding.state == guest::BlockState::kWhole && finding.identity == kIdentity),
      "only the unchanged block is whole", seen));
  const std::size_t different = guest::FirstDifference(block, kBytes, kIdentity);
  return Promise(
      different == static_cast<std::size_t>(std::mismatch(good.begin(), good.end(), block).first -
                                            good.begin()),
      "the first difference is found", std::to_string(different) + ": " + seen);
}

}  // namespace

Status FuzzAgent(const std::string& input) {
  std::string text = input;
  switch (TakeChoice(text, 5)) {
    case 0:
      return FuzzFrames(text);
    case 1:
      return FuzzAnswers(text);
    case 2:
      return FuzzBlock(text);
    case 3:
      static_cast<void>(guest::ParseFioOutput(text, {}));
      return Ok{};
    default:
      for (const auto& error : layers::ParseGuestKernelErrors(text)) {
        static_cast<void>(error.ToString());
      }
      return Ok{};
  }
}

}  // namespace dualpath::fuzzing
