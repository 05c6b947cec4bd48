#pragma once

#include <sys/types.h>

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::agent {

/// PutFileRequest and bytes: writes them. What does not fit into the RAM file system is ENOSPC.
Status PutFile(const std::string& payload);

/// A program in the guest, one at a time. Nothing here waits for it: its output goes to a file, and
/// its end is seen by whoever asks.
class Program {
 public:
  explicit Program(std::string output) : output_(std::move(output)) {}

  /// RunProgramRequest and words: starts it. EBUSY while one runs. Answers with a ProgramState.
  Result<std::string> AnswerRun(const std::string& payload);

  /// ProgramStateRequest: a ProgramState and output.
  Result<std::string> AnswerState(const std::string& payload);

 private:
  wire::ProgramState State();

  const std::string output_;
  pid_t pid_ = 0;  // of the last program; 0: none was started
  bool running_ = false;
  int wait_status_ = 0;
};

}  // namespace dualpath::guest::agent
