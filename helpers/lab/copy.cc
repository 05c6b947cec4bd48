#include "helpers/lab/copy.h"

#include <spdlog/fmt/fmt.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/lab/line_socket.h"
#include "helpers/lab/protocol.h"
#include "helpers/process/shell_words.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kSocket[] = "/shell.sock";
constexpr char kName[] = "/shell.name";
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr std::chrono::seconds kClientBudget{10};  // the terminal stands still meanwhile
constexpr std::chrono::minutes kCopyBudget{10};
constexpr mode_t kPermissions = 07777;

/// One message of either side: a line of JSON and the bytes that it announces.
struct Message {
  json head;
  std::string body;
};

Status Send(const UniqueFd& socket, Message message, Deadline deadline) {
  message.head["bytes"] = message.body.size();
  return SendAll(
      socket,
      message.head.dump(-1, ' ', false, json::error_handler_t::replace) + "\n" + message.body,
      deadline);
}

Result<Message> Receive(const UniqueFd& socket, Deadline deadline) {
  std::string buffered;
  std::optional<std::string> line;
  Message message;
  std::size_t bytes = 0;
  while (true) {
    if (!line) {
      line = TakeLine(buffered);
      if (line) {
        message.head = json::parse(*line, nullptr, false);
        if (!message.head.is_object()) {
          return Error::Because("copy", "a file of the lab", "not understood: " + *line);
        }
        bytes = message.head.value("bytes", std::size_t{0});
        if (bytes > kMostBytes) {
          return Error::Because("copy", "a file of the lab", "it is larger than 1 GiB");
        }
      }
    }
    if (line && buffered.size() >= bytes) {
      message.body = buffered.substr(0, bytes);
      return message;
    }
    DUALPATH_TRY(const std::string chunk, ReadSome(socket, deadline));
    if (chunk.empty())
      return Error::Because("copy", "a file of the lab", "the other side has gone");
    buffered += chunk;
  }
}

struct RunningShell {
  std::string name;
  std::string socket;
};

/// Shells whose process lives: what a killed one left was swept when this one began.
std::vector<RunningShell> RunningShells() {
  std::vector<RunningShell> shells;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(TemporaryParent(), ec)) {
    const std::string directory = entry.path().string();
    const auto name = ReadAttribute(directory + kName);
    if (name.ok() && fs::exists(directory + kSocket, ec))
      shells.push_back({*name, directory + kSocket});
  }
  return shells;
}

Result<UniqueFd> ConnectToShell(const std::string& name) {
  std::string names;
  for (const RunningShell& shell : RunningShells()) {
    if (shell.name == name) return ConnectTo(shell.socket);
    names += (names.empty() ? "" : ", ") + shell.name;
  }
  return Error::Because(
      "find the shell", name,
      names.empty() ? "no `dualpath shell` is running" : "the running ones are: " + names);
}

Result<Message> AskShell(const std::string& name, Message request, Deadline deadline) {
  DUALPATH_TRY(const UniqueFd socket, ConnectToShell(name));
  DUALPATH_TRY_STATUS(Send(socket, std::move(request), deadline));
  DUALPATH_TRY(Message answer, Receive(socket, deadline));
  const std::string complaint = answer.head.value("error", "");
  if (!complaint.empty()) return Error::Because("copy", "in the lab " + name, complaint);
  return answer;
}

Status CopyIn(const std::string& source, const LabPath& target) {
  struct stat info = {};
  if (::stat(source.c_str(), &info) != 0) return Error::FromErrno("copy", source, errno);
  if (!S_ISREG(info.st_mode)) return Error::Because("copy", source, "it is not a regular file");
  if (static_cast<std::size_t>(info.st_size) > kMostBytes) {
    return Error::Because("copy", source, "it is larger than 1 GiB");
  }
  Message request;
  request.head = {{"into", target.path},
                  {"name", fs::path(source).filename().string()},
                  {"mode", info.st_mode & kPermissions}};
  DUALPATH_TRY(request.body, ReadFile(source));
  DUALPATH_TRY_STATUS(AskShell(target.shell, std::move(request), Deadline::In(kCopyBudget)));
  return Ok{};
}

Status CopyOut(const LabPath& source, const std::string& target) {
  DUALPATH_TRY(const LabFile file, FetchFile(source, 0, Deadline::In(kCopyBudget)));
  std::error_code ec;
  const std::string path = fs::is_directory(target, ec)
                               ? (fs::path(target) / fs::path(source.path).filename()).string()
                               : target;
  // Not by a rename: the target may be a device.
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << file.content << std::flush;
  if (!out) return Error::FromErrno("write", path, errno);
  if (!fs::is_regular_file(path, ec)) return Ok{};
  if (::chmod(path.c_str(), file.mode & kPermissions) != 0) {
    return Error::FromErrno("set the mode of", path, errno);
  }
  return Ok{};
}

/// "copied CODE BYTES MODE COMPLAINT", as images/lab/shell/receive and send say it.
struct LabAnswer {
  int code = 0;
  std::size_t bytes = 0;
  std::string mode;
  std::string complaint;
};

std::optional<LabAnswer> ParseLabAnswer(const std::string& line) {
  std::istringstream words(line);
  std::string marker;
  LabAnswer answer;
  if (!(words >> marker >> answer.code >> answer.bytes >> answer.mode) ||
      marker != protocol::kCopied) {
    return std::nullopt;
  }
  std::getline(words >> std::ws, answer.complaint);
  return answer;
}

/// The line that has the lab do what is asked for; empty: it is none of what can be.
std::string LineFor(const Message& request) {
  const std::string into = request.head.value("into", "");
  const std::string from = request.head.value("from", "");
  const std::string name = request.head.value("name", "");
  // The lab takes what it is told line by line.
  if ((into + from + name).find('\n') != std::string::npos) return "";
  if (!into.empty()) {
    return fmt::format("/payload/data/receive {} {:o} {} {}", request.body.size(),
                       request.head.value("mode", 0644U) & kPermissions,
                       process::QuotedForShell(name), process::QuotedForShell(into));
  }
  if (from.empty()) return "";
  return fmt::format("/payload/data/send {} {}", process::QuotedForShell(from),
                     request.head.value("offset", std::size_t{0}));
}

}  // namespace

bool IsShellName(const std::string& name) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

std::optional<LabPath> ParseLabPath(const std::string& word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string::npos || word.compare(colon, 2, ":/") != 0) return std::nullopt;
  LabPath path{word.substr(0, colon), word.substr(colon + 1)};
  if (!IsShellName(path.shell)) return std::nullopt;
  return path;
}

int Copy(const std::vector<std::string>& words) {
  if (words.size() < 2) {
    std::cerr << "dualpath cp: one file is named; it takes SOURCE... TARGET\n";
    return kUsage;
  }
  const std::vector<std::string> sources(words.begin(), words.end() - 1);
  const std::string& target = words.back();
  const auto into = ParseLabPath(target);
  for (const std::string& source : sources) {
    const auto from = ParseLabPath(source);
    if (from.has_value() == into.has_value()) {
      std::cerr << "dualpath cp: " << source << " and " << target << " are both "
                << (into ? "in the lab" : "on this machine")
                << "; one side is a shell's name and an absolute path, as in lab:/tmp\n";
      return kUsage;
    }
  }
  for (const std::string& source : sources) {
    const auto from = ParseLabPath(source);
    const Status copied = into ? CopyIn(source, *into) : CopyOut(*from, target);
    if (copied.ok()) continue;
    std::cerr << "dualpath cp: " << copied.error().ToString() << "\n";
    return kInfrastructure;
  }
  return kAllPassed;
}

Result<LabFile> FetchFile(const LabPath& file, std::size_t offset, Deadline deadline) {
  Message request;
  request.head = {{"from", file.path}, {"offset", offset}};
  DUALPATH_TRY(Message answer, AskShell(file.shell, std::move(request), deadline));
  return LabFile{std::move(answer.body), answer.head.value("mode", 0644U)};
}

Result<CopyDoor> CopyDoor::Open(const std::string& wanted) {
  const std::vector<RunningShell> running = RunningShells();
  const auto taken = [&](const std::string& name) {
    return std::any_of(running.begin(), running.end(),
                       [&](const RunningShell& shell) { return shell.name == name; });
  };
  std::string name = wanted.empty() ? "lab" : wanted;
  if (!wanted.empty() && taken(wanted)) {
    return Error::Because("name the shell", wanted, "a running one is called that");
  }
  for (int number = 2; taken(name); ++number) name = fmt::format("lab{}", number);
  DUALPATH_TRY(TemporaryDirectory directory, TemporaryDirectory::Create());
  DUALPATH_TRY(UniqueFd listener, ListenAt(directory.path() + kSocket));
  DUALPATH_TRY_STATUS(WriteFileAtomically(directory.path() + kName, name + "\n"));
  return CopyDoor(std::move(directory), std::move(listener), std::move(name));
}

Result<std::string> CopyDoor::Serve(Vm& vm, const OutputSink& sink) {
  const auto client = AcceptOn(listener_, Deadline::In(kClientBudget));
  if (!client.ok()) return std::string();
  const auto request = Receive(*client, Deadline::In(kClientBudget));
  if (!request.ok()) return std::string();
  Message reply;
  std::string other_line;
  const std::string line = LineFor(*request);
  if (line.empty()) {
    reply.head["error"] = "neither a path nor a name can have a line break";
  } else {
    DUALPATH_TRY_STATUS(vm.SendLine(line));
    DUALPATH_TRY_STATUS(SendAll(vm.ports().results, request->body, Deadline::In(kCopyBudget)));
    std::optional<LabAnswer> answer;
    while (!answer) {
      DUALPATH_TRY(const std::string said, vm.ReadLine(sink, Deadline::In(kCopyBudget)));
      answer = ParseLabAnswer(said);
      if (!answer) other_line = said;
    }
    DUALPATH_TRY(reply.body, vm.ReadResults(answer->bytes, Deadline::In(kCopyBudget)));
    reply.head["mode"] = std::strtoul(answer->mode.c_str(), nullptr, 8);
    if (answer->code != 0) {
      reply.head["error"] = answer->complaint.empty() ? fmt::format("exit status {}", answer->code)
                                                      : answer->complaint;
    }
  }
  static_cast<void>(Send(*client, std::move(reply),
                         Deadline::In(kClientBudget)));  // it need not have waited for the end
  return other_line;
}

}  // namespace dualpath::lab
