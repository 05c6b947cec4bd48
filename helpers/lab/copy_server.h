#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/base/unique_fd.h"
#include "helpers/lab/vm.h"

namespace dualpath::lab {

/// The part of `dualpath cp` that runs in `dualpath shell`: relays files between a client
/// (helpers/lab/copy_socket.h) and the scripts images/lab/shell/receive and send in the VM.
class CopyServer {
 public:
  /// Listens under `name`; an empty one is "lab", or the first of "lab2", "lab3"... that no running
  /// shell of this user has.
  static Result<CopyServer> Open(const std::string& name);

  const std::string& name() const { return name_; }

  /// The descriptor to poll: readable while a client waits to be served.
  int fd() const { return listener_.get(); }

  /// Serves one waiting client. Returns the lines from the control port that were not the answer,
  /// such as the shell's "exit CODE", without clock lines. Fails only if the lab fails.
  Result<std::vector<std::string>> Serve(Vm& vm, const OutputSink& sink);

 private:
  CopyServer(TemporaryDirectory directory, UniqueFd listener, std::string name)
      : directory_(std::move(directory)), listener_(std::move(listener)), name_(std::move(name)) {}

  TemporaryDirectory directory_;
  UniqueFd listener_;
  std::string name_;
};

}  // namespace dualpath::lab
