#pragma once

#include <sys/types.h>

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::agent {

/// Answers a PutFileRequest: writes its bytes. ENOSPC if the RAM file system is full.
Status PutFile(const std::string& payload);

/// Runs programs in the guest, one at a time. No method waits for the program: its output goes to a
/// file, and its end is detected by the next AnswerState.
class Program {
 public:
  explicit Program(std::string output) : output_(std::move(output)) {}

  /// Answers a RunProgramRequest by starting the program and returns a ProgramState. EBUSY while
  /// one runs.
  Result<std::string> AnswerRun(const std::string& payload);

  /// Answers a ProgramStateRequest and returns a ProgramState and output.
  Result<std::string> AnswerState(const std::string& payload);

 private:
  wire::ProgramState State();

  const std::string output_;
  pid_t pid_ = 0;  // pid of the last program; 0: none was started
  bool running_ = false;
  int wait_status_ = 0;
};

}  // namespace dualpath::guest::agent
