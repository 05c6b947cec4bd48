#pragma once

#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/base/unique_fd.h"
#include "helpers/lab/vm.h"

namespace dualpath::lab {

/// A file in the lab of a running `dualpath shell`: "lab:/etc/multipath.conf".
struct LabPath {
  std::string shell;  ///< the shell's name
  std::string path;   ///< absolute
};

/// Nothing for a path of this machine: one whose first part is no name, or has no "/" after the
/// ":".
std::optional<LabPath> ParseLabPath(const std::string& word);

/// Whether a shell can be called that: letters, digits, "-" and "_".
bool IsShellName(const std::string& name);

/// `dualpath cp SOURCE... TARGET`: regular files into or out of a running shell's VM. Returns an
/// `ExitCode`.
int Copy(const std::vector<std::string>& words);

/// A file of a running shell's VM, from `offset` on.
struct LabFile {
  std::string content;
  unsigned mode = 0;
};
Result<LabFile> FetchFile(const LabPath& file, std::size_t offset, Deadline deadline);

/// Where `dualpath cp` finds a running shell, by its name, and asks it for files. The lab's side is
/// images/lab/shell/receive and send.
class CopyDoor {
 public:
  /// An empty name: "lab", or the first of "lab2", "lab3"... that no running shell of this user
  /// has.
  static Result<CopyDoor> Open(const std::string& name);

  const std::string& name() const { return name_; }

  /// Readable when somebody waits.
  int fd() const { return listener_.get(); }

  /// Serves who waits, from the VM's payload. Returns a line that the lab said meanwhile and that
  /// was no answer to this, or nothing. An `Error` only for the lab's own failure.
  Result<std::string> Serve(Vm& vm, const OutputSink& sink);

 private:
  CopyDoor(TemporaryDirectory directory, UniqueFd listener, std::string name)
      : directory_(std::move(directory)), listener_(std::move(listener)), name_(std::move(name)) {}

  TemporaryDirectory directory_;
  UniqueFd listener_;
  std::string name_;
};

}  // namespace dualpath::lab
