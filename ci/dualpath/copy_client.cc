#include "ci/dualpath/copy_client.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/base/ownership.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
using lab::CopyMessage;

// No set-user-ID bit: the lab is not trusted.
constexpr mode_t kPermissions = 0777;
constexpr unsigned kDefaultMode = 0644;

Result<UniqueFd> ConnectToShell(const std::string& name) {
  std::string names;
  for (const lab::RunningShell& shell : lab::RunningShells()) {
    if (shell.name == name) {
      DUALPATH_TRY(UniqueFd socket, lab::ConnectTo(shell.socket));
      DUALPATH_TRY_STATUS(CheckPeerIsOurs(socket, "the shell " + name));
      return socket;
    }
    names += (names.empty() ? "" : ", ") + shell.name;
  }
  return Error::Because("connect to the shell", name,
                        names.empty() ? "no `dualpath shell` is running"
                                      : "no running shell has this name; running: " + names);
}

Result<CopyMessage> Request(const std::string& shell, CopyMessage request, Deadline deadline) {
  DUALPATH_TRY(const UniqueFd socket, ConnectToShell(shell));
  DUALPATH_TRY_STATUS(lab::SendMessage(socket, std::move(request), deadline));
  DUALPATH_TRY(CopyMessage answer, lab::ReceiveMessage(socket, deadline));
  const auto error = answer.head.find("error");
  if (error == answer.head.end()) return answer;
  return Error::Because("copy a file", "in the lab " + shell,
                        error->is_string() ? error->get<std::string>() : error->dump());
}

}  // namespace

std::optional<LabPath> ParseLabPath(const std::string& word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string::npos || word.compare(colon, 2, ":/") != 0) return std::nullopt;
  LabPath path{word.substr(0, colon), word.substr(colon + 1)};
  if (!lab::IsShellName(path.shell)) return std::nullopt;
  return path;
}

Result<LabFile> FetchFile(const LabPath& file, std::size_t offset, Deadline deadline) {
  CopyMessage request;
  request.head = {{"from", file.path}, {"offset", offset}};
  DUALPATH_TRY(CopyMessage answer, Request(file.shell, std::move(request), deadline));
  const auto mode = static_cast<unsigned>(answer.Number("mode", kDefaultMode));
  return LabFile{std::move(answer.body), mode};
}

Status CopyIn(const std::string& source, const LabPath& target, Deadline deadline) {
  struct stat info = {};
  if (::stat(source.c_str(), &info) != 0) return Error::FromErrno("copy a file", source, errno);
  if (!S_ISREG(info.st_mode)) {
    return Error::Because("copy a file", source, "not a regular file");
  }
  if (static_cast<std::size_t>(info.st_size) > lab::kMostCopyBytes) {
    return Error::Because("copy a file", source, "larger than 1 GiB");
  }
  CopyMessage request;
  request.head = {{"into", target.path},
                  {"name", fs::path(source).filename().string()},
                  {"mode", info.st_mode & kPermissions}};
  DUALPATH_TRY(request.body, ReadFile(source));
  DUALPATH_TRY_STATUS(Request(target.shell, std::move(request), deadline));
  return Ok{};
}

Status CopyOut(const LabPath& source, const std::string& target, Deadline deadline) {
  DUALPATH_TRY(const LabFile file, FetchFile(source, 0, deadline));
  std::error_code ec;
  const std::string path = fs::is_directory(target, ec)
                               ? (fs::path(target) / fs::path(source.path).filename()).string()
                               : target;
  // Written in place rather than renamed, since the target may be a device.
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << file.content << std::flush;
  if (!out) return Error::FromErrno("write", path, errno);
  if (!fs::is_regular_file(path, ec)) return Ok{};
  if (::chmod(path.c_str(), file.mode & kPermissions) != 0) {
    return Error::FromErrno("set the mode of", path, errno);
  }
  return Ok{};
}

}  // namespace dualpath::cli
