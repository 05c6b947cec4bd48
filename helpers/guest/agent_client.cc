#include "helpers/guest/agent_client.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "helpers/base/eventually.h"

namespace dualpath::guest {
namespace {

using std::chrono::nanoseconds;
using wire::MessageType;

constexpr std::chrono::microseconds kLongestInterval = std::chrono::hours(1);

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
  status.in_flight_since = ToGuestTime(state.in_flight_since_ns);
  status.now = ToGuestTime(state.now_ns);
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

/// EAGAIN: the disk has not answered its INQUIRY yet.
bool IsDiskPending(int error_number) { return error_number == ENODEV || error_number == EAGAIN; }

}  // namespace

GuestTime ToGuestTime(std::uint64_t ns) {
  return GuestTime(std::min<std::uint64_t>(ns, std::uint64_t{1} << 60));
}

IoOptions VerifiedWrites(std::chrono::microseconds interval) {
  constexpr std::uint32_t kBlocks = 16;
  IoOptions options;
  options.interval = interval;
  options.block_count = kBlocks;
  options.flush_every = kBlocks;
  options.durable_every = kBlocks;
  return options;
}

std::string IoStatus::ToString() const {
  std::string text = std::to_string(issued) + " issued, " + std::to_string(completed) +
                     " completed (" + std::to_string(failed) + " failed)";
  if (in_flight > 1) text += ", " + std::to_string(in_flight) + " in flight";
  if (in_flight > 0) {
    text += ", sequence " + std::to_string(in_flight_sequence) + " in flight for " +
            FormatSeconds(now - in_flight_since);
  }
  return text + (running ? ", running" : ", not running");
}

AgentClient::AgentClient(AgentChannel channel) : channel_(std::move(channel)) {}

Result<AgentClient> AgentClient::Connect(const std::string& socket_path, Deadline deadline) {
  DUALPATH_TRY(AgentChannel channel, AgentChannel::Connect(socket_path, deadline));
  return AgentClient(std::move(channel));
}

Result<AgentClient> AgentClient::Adopt(UniqueFd socket, const std::string& name,
                                       Deadline deadline) {
  DUALPATH_TRY(AgentChannel channel, AgentChannel::Adopt(std::move(socket), name, deadline));
  return AgentClient(std::move(channel));
}

Result<DiskInfo> AgentClient::Disk(Deadline deadline) {
  Result<wire::DiskAnswer> answer = wire::DiskAnswer{};
  PollUntil(deadline, [&] {
    answer = channel_.AskFor<wire::DiskAnswer>(MessageType::kDisk, "", deadline);
    return answer.ok() || !IsDiskPending(answer.error().error_number());
  });
  if (!answer.ok()) return answer.error();
  return FromWire(*answer);
}

Status AgentClient::AwaitNoDisk(Deadline deadline) {
  return WaitUntil(
      "wait until the disk has disappeared from", channel_.name(), deadline, [&]() -> std::string {
        const auto answer = channel_.AskFor<wire::DiskAnswer>(MessageType::kDisk, "", deadline);
        if (answer.ok()) return TextOf(answer->name) + " is present";
        return answer.error().error_number() == ENODEV ? "" : answer.error().ToString();
      });
}

Status AgentClient::StartIo(const IoOptions& options, Deadline deadline) {
  if (options.interval.count() < 0 || options.interval > kLongestInterval) {
    return Error::FromErrno("start the guest's I/O",
                            "interval of " + std::to_string(options.interval.count()) +
                                " us, allowed: 0 to " + std::to_string(kLongestInterval.count()) +
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
  request.flush_every = options.flush_every;
  request.durable_every = options.durable_every;
  request.retry = options.retry ? 1 : 0;
  DUALPATH_TRY_STATUS(
      channel_.AskFor<wire::IoState>(MessageType::kStartIo, wire::ToPayload(request), deadline));
  return Ok{};
}

Result<IoStatus> AgentClient::IoState(Deadline deadline) {
  DUALPATH_TRY(const auto state,
               channel_.AskFor<wire::IoState>(MessageType::kIoState, "", deadline));
  return FromWire(state);
}

Result<IoStatus> AgentClient::StopIo(Deadline deadline) {
  DUALPATH_TRY(const auto state,
               channel_.AskFor<wire::IoState>(MessageType::kStopIo, "", deadline));
  return FromWire(state);
}

Result<IoStatus> AgentClient::StopIoAndWait(Deadline deadline) {
  DUALPATH_TRY(const IoStatus status, StopIo(deadline));
  return AwaitState(
      "stop the guest's I/O", channel_.name(), deadline, std::optional(status),
      [&] { return IoState(deadline); }, [](const IoStatus& s) { return !s.running; },
      [](const IoStatus& s) { return s.ToString(); });
}

Result<std::vector<IoEntry>> AgentClient::FetchEntries(std::uint64_t from_index,
                                                       Deadline deadline) {
  std::vector<IoEntry> entries;
  while (true) {
    const wire::FetchRequest request{from_index + entries.size(), wire::kMaxEntries, 0};
    DUALPATH_TRY(const std::string payload,
                 channel_.Ask(MessageType::kFetch, wire::ToPayload(request), deadline));
    const auto answer = wire::FromPayload<wire::FetchAnswer>(payload);
    if (!answer || answer->from_index != request.from_index ||
        payload.size() != sizeof(wire::FetchAnswer) + answer->count * sizeof(IoEntry)) {
      return channel_.BadAnswer(MessageType::kFetch,
                                "the number of entries differs from the count");
    }
    if (answer->count == 0) return entries;
    const std::size_t before = entries.size();
    entries.resize(before + answer->count);
    std::memcpy(entries.data() + before, payload.data() + sizeof(wire::FetchAnswer),
                answer->count * sizeof(IoEntry));
    // Stops at the first short answer: a fast run would keep this loop busy forever.
    if (answer->count < wire::kMaxEntries) return entries;
  }
}

Result<std::string> AgentClient::KernelLog(std::size_t max_bytes, Deadline deadline) {
  const wire::KernelLogRequest request{
      static_cast<std::uint32_t>(std::min<std::size_t>(max_bytes, wire::kMaxPayload)), 0};
  return channel_.Ask(MessageType::kKernelLog, wire::ToPayload(request), deadline);
}

Result<ClockOffset> AgentClient::MeasureClock(int exchanges, Deadline deadline) {
  ClockOffset best;
  best.error = nanoseconds::max();
  for (int i = 0; i < exchanges; ++i) {
    const auto before = Deadline::Clock::now().time_since_epoch();
    DUALPATH_TRY(const wire::HelloAnswer hello, channel_.Hello(deadline));
    const auto after = Deadline::Clock::now().time_since_epoch();
    // The guest read its clock between the two: half the round trip bounds the error.
    const nanoseconds half = (after - before) / 2;
    if (half >= best.error) continue;
    best.error = half;
    best.guest_minus_ours = ToGuestTime(hello.monotonic_ns) - (before + half);
  }
  return best;
}

}  // namespace dualpath::guest
