#include "helpers/lab/copy_socket.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "helpers/base/file.h"
#include "helpers/base/ownership.h"
#include "helpers/base/runtime_directory.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Error CannotReceive(const std::string& reason) {
  return Error::Because("copy a file", "on the shell's socket", reason);
}

/// Parses the first line of a message, and checks the size that it announces.
Result<json> ParseHead(const std::string& line) {
  json head = json::parse(line, nullptr, false);
  if (!head.is_object()) return CannotReceive("expected a JSON object, received \"" + line + "\"");
  const auto bytes = head.find("bytes");
  if (bytes == head.end()) return head;
  if (!bytes->is_number_unsigned()) {
    return CannotReceive("expected a number of bytes, received " + bytes->dump());
  }
  if (bytes->get<std::size_t>() > kMostCopyBytes) {
    return CannotReceive("the file is larger than 1 GiB (" + bytes->dump() + " bytes)");
  }
  return head;
}

}  // namespace

std::string CopyMessage::Text(const char* key) const {
  const auto field = head.find(key);
  return field != head.end() && field->is_string() ? field->get<std::string>() : "";
}

std::size_t CopyMessage::Number(const char* key, std::size_t otherwise) const {
  const auto field = head.find(key);
  if (field == head.end() || !field->is_number_integer() || *field < 0) return otherwise;
  return field->get<std::size_t>();
}

Status SendMessage(const UniqueFd& socket, CopyMessage message, Deadline deadline) {
  message.head["bytes"] = message.body.size();
  const std::string head = message.head.dump(-1, ' ', false, json::error_handler_t::replace);
  DUALPATH_TRY_STATUS(SendAll(socket, head + "\n", deadline));
  return SendAll(socket, message.body, deadline);
}

Result<CopyMessage> ReceiveMessage(const UniqueFd& socket, Deadline deadline) {
  std::string buffered;
  CopyMessage message;
  while (true) {
    if (message.head.is_null()) {
      if (const auto line = TakeLine(buffered)) {
        DUALPATH_TRY(message.head, ParseHead(*line));
      }
    }
    const std::size_t bytes = message.Number("bytes", 0);
    if (!message.head.is_null() && buffered.size() >= bytes) {
      buffered.resize(bytes);
      message.body = std::move(buffered);
      return message;
    }
    DUALPATH_TRY(const std::string chunk, ReadSome(socket, deadline));
    if (chunk.empty()) return CannotReceive("the other side closed the connection");
    buffered += chunk;
  }
}

std::string ShellsDirectory() {
  if (std::getenv("TMPDIR") != nullptr) return TemporaryParent();
  const auto own = RuntimeDirectory();
  return own.ok() ? *own : TemporaryParent();
}

Result<UniqueFd> AcceptClient(const UniqueFd& listener, Deadline deadline) {
  DUALPATH_TRY(UniqueFd client, AcceptOn(listener, deadline));
  DUALPATH_TRY_STATUS(CheckPeerIsOurs(client, "a client of the shell"));
  return client;
}

std::vector<RunningShell> RunningShells() {
  std::vector<RunningShell> shells;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(ShellsDirectory(), ec)) {
    const std::string directory = entry.path().string();
    if (!OpenOwnDirectory(directory).ok()) continue;
    const auto name = ReadAttribute(directory + kShellNameFile);
    if (name.ok() && fs::exists(directory + kCopySocket, ec)) {
      shells.push_back({*name, directory + kCopySocket});
    }
  }
  return shells;
}

bool IsShellName(const std::string& name) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace dualpath::lab
