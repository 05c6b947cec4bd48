#pragma once

#include <functional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/guest/agent_client.h"

namespace dualpath::guest {

/// A program of this machine with all that it takes to run it in the guest, which has no loader and
/// no libraries of its own.
struct ProgramFiles {
  struct File {
    std::string path;  ///< in the guest
    unsigned mode = 0;
    std::string content;
  };
  std::vector<File> files;
  std::vector<std::string> command;  ///< what runs the program there, before its own arguments

  std::size_t Bytes() const;
};

struct ProgramOptions {
  std::string program;    ///< "/usr/bin/fio"
  std::string directory;  ///< in the guest: "/fio"
  /// Which libraries the program shall do without (lean_program.h); by default none.
  std::function<bool(const std::string& soname)> left_out{};
};

/// Gathers the program, its loader and its libraries, as this machine would load them (ldd).
Result<ProgramFiles> GatherProgram(const ProgramOptions& options, Deadline deadline);

/// Puts them into the guest.
Status Put(const ProgramFiles& program, AgentClient& agent, Deadline deadline);

}  // namespace dualpath::guest
