#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::lab {

// How `dualpath cp` finds a running `dualpath shell` and talks to it: over a unix socket in the
// shell's temporary directory, next to a file with the shell's name. One request and one answer per
// connection:
//   {"into": PATH, "name": NAME, "mode": MODE, "bytes": N} and N bytes  ->  {"bytes": 0}
//   {"from": PATH, "offset": OFFSET, "bytes": 0}  ->  {"mode": MODE, "bytes": N} and N bytes
// An answer with "error" means that the file was not copied.

constexpr char kCopySocket[] = "/shell.sock";
constexpr char kShellNameFile[] = "/shell.name";
constexpr std::size_t kMostCopyBytes = std::size_t{1} << 30;

struct CopyMessage {
  nlohmann::json head;  ///< one line; `SendMessage` adds "bytes"
  std::string body;

  /// Returns the field of `head`; nothing, or `otherwise`, if it is missing or of another type.
  std::string Text(const char* key) const;
  std::size_t Number(const char* key, std::size_t otherwise) const;
};

Status SendMessage(const UniqueFd& socket, CopyMessage message, Deadline deadline);
Result<CopyMessage> ReceiveMessage(const UniqueFd& socket, Deadline deadline);

struct RunningShell {
  std::string name;
  std::string socket;
};

/// Returns the parent of the shells' temporary directories: TMPDIR if it is set, else the runtime
/// directory, else (a user without one) /tmp.
std::string ShellsDirectory();

/// Waits for a client of a shell. An `Error` if it runs as another user: the socket's directory
/// keeps others out, but not if its mode was changed.
Result<UniqueFd> AcceptClient(const UniqueFd& listener, Deadline deadline);

/// Finds this user's running shells. Each new shell removes the directories left by killed ones.
std::vector<RunningShell> RunningShells();

/// Returns whether a shell can have this name: letters, digits, "-" and "_".
bool IsShellName(const std::string& name);

}  // namespace dualpath::lab
