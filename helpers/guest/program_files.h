#pragma once

#include <functional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/guest/agent_client.h"

namespace dualpath::guest {

/// A program of this machine with its loader and libraries, to be run in the guest, which has
/// neither.
struct ProgramFiles {
  struct File {
    std::string path;  ///< file name in the guest
    unsigned mode = 0;
    std::string content;
  };
  std::vector<File> files;
  std::vector<std::string> command;  ///< command that runs the program there, without its arguments

  std::size_t Bytes() const;
};

struct ProgramOptions {
  std::string program;    ///< "/usr/bin/fio"
  std::string directory;  ///< directory in the guest: "/fio"
  /// Selects libraries to leave out (lean_program.h); by default none.
  std::function<bool(const std::string& soname)> left_out{};
};

/// Collects the program, its loader and its libraries, as this machine would load them (ldd).
Result<ProgramFiles> GatherProgram(const ProgramOptions& options, Deadline deadline);

/// Writes the files into the guest.
Status Put(const ProgramFiles& program, AgentClient& agent, Deadline deadline);

}  // namespace dualpath::guest
