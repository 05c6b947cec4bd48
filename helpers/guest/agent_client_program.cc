// Requests about files and programs in the guest.

#include <cerrno>
#include <utility>

#include "helpers/guest/agent_client.h"

namespace dualpath::guest {
namespace {

using wire::MessageType;

// The agent rescans a whole incomplete frame whenever more of it arrives.
constexpr std::size_t kFileChunk = std::size_t{64} * 1024;
constexpr std::uint32_t kOutputChunk = 128 * 1024;

ProgramStatus FromWire(const wire::ProgramState& state) {
  ProgramStatus status;
  status.started = state.pid != 0;
  status.running = state.running != 0;
  status.exit = {state.exit_code, state.exit_signal};
  status.output_bytes = state.output_bytes;
  return status;
}

}  // namespace

std::string ProgramStatus::ToString() const {
  if (!started) return "not started";
  return (running ? "running" : exit.ToString()) + ", " + std::to_string(output_bytes) +
         " bytes of output";
}

Status AgentClient::PutFile(const std::string& path, unsigned mode, const std::string& content,
                            Deadline deadline) {
  wire::PutFileRequest request{};
  request.mode = mode;
  if (path.size() >= sizeof(request.path)) {
    return Error::FromErrno("put a file into the guest", path, ENAMETOOLONG);
  }
  path.copy(request.path, path.size());
  do {
    const std::string chunk = content.substr(request.offset, kFileChunk);
    DUALPATH_TRY_STATUS(
        channel_.Ask(MessageType::kPutFile, wire::ToPayload(request) + chunk, deadline));
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
      channel_.AskFor<wire::ProgramState>(MessageType::kRunProgram, std::move(payload), deadline));
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
    // Stops at the first short chunk: a program that prints fast would keep this loop busy forever.
    if (chunk.size() < kOutputChunk) return output;
  }
}

Status AgentClient::EndProgram(int signal, Deadline deadline) {
  ProgramStatus status;
  DUALPATH_TRY_STATUS(AskProgram({0, 0, static_cast<std::uint32_t>(signal)}, status, deadline));
  DUALPATH_TRY_STATUS(AwaitState(
      "end the program in the guest", channel_.name(), deadline, std::optional(status),
      [&] { return ProgramState(deadline); }, [](const ProgramStatus& s) { return !s.running; },
      [](const ProgramStatus& s) { return s.ToString(); }));
  return Ok{};
}

Result<std::string> AgentClient::AskProgram(const wire::ProgramStateRequest& request,
                                            ProgramStatus& status, Deadline deadline) {
  DUALPATH_TRY(const std::string payload,
               channel_.Ask(MessageType::kProgramState, wire::ToPayload(request), deadline));
  const auto state = wire::FromPayload<wire::ProgramState>(payload);
  if (!state || payload.size() > sizeof(*state) + request.max_bytes) {
    return channel_.BadAnswer(MessageType::kProgramState,
                              "the answer has " + std::to_string(payload.size()) + " bytes");
  }
  status = FromWire(*state);
  return payload.substr(sizeof(*state));
}

}  // namespace dualpath::guest
