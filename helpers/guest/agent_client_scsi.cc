// Requests about SCSI commands.

#include <algorithm>
#include <cerrno>
#include <utility>

#include "helpers/guest/agent_client.h"

namespace dualpath::guest {
namespace {

using wire::MessageType;

wire::ScsiDirection ToWire(scsi::Direction direction) {
  switch (direction) {
    case scsi::Direction::kIn:
      return wire::ScsiDirection::kIn;
    case scsi::Direction::kOut:
      return wire::ScsiDirection::kOut;
    case scsi::Direction::kNone:
      break;
  }
  return wire::ScsiDirection::kNone;
}

scsi::Completion FromWire(const wire::ScsiResult& result, std::string name,
                          const std::string& data) {
  scsi::Completion completion;
  completion.command = std::move(name);
  completion.error_number = result.error_number;
  completion.status = static_cast<scsi::ScsiStatus>(result.status);
  completion.host_byte = static_cast<scsi::HostByte>(result.host_status);
  completion.driver_byte = result.driver_status;
  completion.SetSense({result.sense, result.sense + std::min<std::size_t>(result.sense_bytes,
                                                                          sizeof(result.sense))});
  completion.residual = result.residual;
  completion.data.assign(data.begin(), data.end());
  completion.start = ToGuestTime(result.start_ns);
  completion.end = ToGuestTime(result.end_ns);
  return completion;
}

}  // namespace

Result<StartedCommand> AgentClient::StartScsi(const scsi::Command& command, Deadline deadline) {
  const auto refuse = [&](const std::string& what, std::size_t bytes) {
    return Error::FromErrno("start a SCSI command in the guest",
                            command.name + ", " + what + " of " + std::to_string(bytes) + " bytes",
                            EINVAL);
  };
  const bool out = command.direction == scsi::Direction::kOut;
  const std::size_t bytes = out ? command.data_out.size() : command.data_in_bytes;
  if (command.cdb.size() > wire::kMaxCdbBytes) return refuse("CDB", command.cdb.size());
  if (bytes > wire::kMaxScsiBytes) return refuse("transfer", bytes);
  wire::StartScsiRequest request{};
  request.tag = RandomNumber();
  request.direction = ToWire(command.direction);
  request.transfer_bytes = static_cast<std::uint32_t>(bytes);
  request.timeout_ms = static_cast<std::uint32_t>(command.timeout.count());
  request.cdb_bytes = static_cast<std::uint32_t>(command.cdb.size());
  std::copy(command.cdb.begin(), command.cdb.end(), request.cdb);
  std::string payload = wire::ToPayload(request);
  if (out) payload.append(command.data_out.begin(), command.data_out.end());
  const auto started = channel_.Ask(MessageType::kStartScsi, std::move(payload), deadline);
  if (!started.ok()) return started.error().While("send " + command.name);
  return StartedCommand{command.name, request.tag};
}

Result<CommandStatus> AgentClient::ScsiResult(const StartedCommand& command, Deadline deadline) {
  DUALPATH_TRY(const std::string payload, channel_.Ask(MessageType::kScsiResult, "", deadline));
  const auto result = wire::FromPayload<wire::ScsiResult>(payload);
  if (!result) {
    return channel_.BadAnswer(MessageType::kScsiResult,
                              "the answer has " + std::to_string(payload.size()) + " bytes");
  }
  if (result->tag != command.tag) {
    return Error::Because("get the result of a SCSI command", command.name,
                          "the guest's agent has started another command since");
  }
  if (result->open_error_number != 0) {
    return Error::FromErrno("send " + command.name, "open the guest's disk",
                            result->open_error_number);
  }
  const bool in_flight = result->in_flight != 0;
  CommandStatus status;
  status.in_flight_for =
      ToGuestTime(in_flight ? result->now_ns : result->end_ns) - ToGuestTime(result->start_ns);
  if (!in_flight) {
    status.completion = FromWire(*result, command.name, payload.substr(sizeof(*result)));
  }
  return status;
}

Result<scsi::Completion> AgentClient::AwaitScsi(const StartedCommand& command, Deadline deadline) {
  DUALPATH_TRY(CommandStatus status,
               AwaitState(
                   "wait for a SCSI command of the guest", command.name, deadline,
                   std::optional<CommandStatus>(), [&] { return ScsiResult(command, deadline); },
                   [](const CommandStatus& s) { return s.completion.has_value(); },
                   [](const CommandStatus& s) {
                     return "in flight for " + FormatSeconds(s.in_flight_for);
                   }));
  return std::move(*status.completion);
}

}  // namespace dualpath::guest
