#include "helpers/lab/copy_server.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/number.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/lab/line_socket.h"
#include "helpers/lab/protocol.h"
#include "helpers/process/shell_words.h"

namespace dualpath::lab {
namespace {

constexpr std::chrono::seconds kClientBudget{10};  // the terminal has to wait during this time
constexpr std::chrono::minutes kLabBudget{10};
constexpr unsigned kDefaultMode = 0644;
constexpr unsigned kPermissions = 0777;

/// "copied CODE BYTES MODE MESSAGE", as images/lab/shell/receive and send print it.
struct LabAnswer {
  int code = 0;
  std::size_t bytes = 0;
  unsigned mode = 0;
  std::string message;
};

std::optional<LabAnswer> ParseLabAnswer(const std::string& line) {
  std::istringstream words(line);
  std::string marker;
  std::string mode;
  LabAnswer answer;
  if (!(words >> marker >> answer.code >> answer.bytes >> mode) || marker != protocol::kCopied) {
    return std::nullopt;
  }
  answer.mode = ParseWhole<unsigned>(mode, 8).value_or(0);
  std::getline(words >> std::ws, answer.message);
  return answer;
}

/// Returns the lab agent's command line for `request`; empty if the request is not valid.
std::string LineFor(const CopyMessage& request) {
  const std::string into = request.Text("into");
  const std::string from = request.Text("from");
  const std::string name = request.Text("name");
  // The lab agent reads a line at a time.
  if ((into + from + name).find('\n') != std::string::npos) return "";
  if (!into.empty()) {
    return fmt::format("/payload/data/receive {} {:o} {} {}", request.body.size(),
                       request.Number("mode", kDefaultMode) & kPermissions,
                       process::QuotedForShell(name), process::QuotedForShell(into));
  }
  if (from.empty()) return "";
  return fmt::format("/payload/data/send {} {}", process::QuotedForShell(from),
                     request.Number("offset", 0));
}

/// Runs `line` in the lab with the request's file and returns the reply to the client. Lines
/// that are not the answer are added to `other_lines`.
Result<CopyMessage> RelayToLab(Vm& vm, const OutputSink& sink, const std::string& line,
                               const std::string& file, std::vector<std::string>& other_lines) {
  const Deadline deadline = Deadline::In(kLabBudget);
  DUALPATH_TRY_STATUS(vm.SendLine(line));
  DUALPATH_TRY_STATUS(SendAll(vm.ports().results, file, deadline));
  std::optional<LabAnswer> answer;
  while (!answer) {
    DUALPATH_TRY(const std::string received, vm.ReadLine(sink, Limit{kLabBudget}));
    answer = ParseLabAnswer(received);
    // The clock has gone on by the time the file is copied.
    if (!answer && !protocol::ParseClock(received)) other_lines.push_back(received);
  }
  CopyMessage reply;
  DUALPATH_TRY(reply.body, vm.ReadResults(answer->bytes, Limit{kLabBudget}));
  reply.head["mode"] = answer->mode;
  if (answer->code != 0) {
    reply.head["error"] =
        answer->message.empty() ? fmt::format("exit status {}", answer->code) : answer->message;
  }
  return reply;
}

}  // namespace

Result<CopyServer> CopyServer::Open(const std::string& wanted) {
  const std::vector<RunningShell> running = RunningShells();
  const auto taken = [&](const std::string& name) {
    return std::any_of(running.begin(), running.end(),
                       [&](const RunningShell& shell) { return shell.name == name; });
  };
  std::string name = wanted.empty() ? "lab" : wanted;
  if (!wanted.empty() && taken(wanted)) {
    return Error::Because("start the shell", wanted,
                          "a running shell has this name; choose another --name");
  }
  for (int number = 2; taken(name); ++number) name = fmt::format("lab{}", number);
  DUALPATH_TRY(TemporaryDirectory directory, TemporaryDirectory::Create(ShellsDirectory()));
  DUALPATH_TRY(UniqueFd listener, ListenAt(directory.path() + kCopySocket));
  DUALPATH_TRY_STATUS(WriteFileAtomically(directory.path() + kShellNameFile, name + "\n"));
  return CopyServer(std::move(directory), std::move(listener), std::move(name));
}

Result<std::vector<std::string>> CopyServer::Serve(Vm& vm, const OutputSink& sink) {
  const auto client = AcceptClient(listener_, Deadline::In(kClientBudget));
  std::vector<std::string> other_lines;
  if (!client.ok()) return other_lines;
  const auto request = ReceiveMessage(*client, Deadline::In(kClientBudget));
  if (!request.ok()) return other_lines;
  CopyMessage reply;
  const std::string line = LineFor(*request);
  if (line.empty()) {
    reply.head["error"] = "a file name that contains a line break cannot be copied";
  } else {
    DUALPATH_TRY(reply, RelayToLab(vm, sink, line, request->body, other_lines));
  }
  // The client may have exited; that must not fail the shell.
  static_cast<void>(SendMessage(*client, std::move(reply), Deadline::In(kClientBudget)));
  return other_lines;
}

}  // namespace dualpath::lab
