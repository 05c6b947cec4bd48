#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::scsi {

/// Holds a process just before it sends a SCSI command through SG_IO (scsi/sg.h), for a race that
/// is decided between two commands. The thread that sends it waits; others of the process go on.
///
/// Traces all threads of the process (ptrace(2)), which therefore must not be traced by another,
/// and needs CAP_SYS_PTRACE unless it is a descendant. Must not be a child of this process: a
/// waitpid(2) for it in another thread would take the stops. x86-64 only.
class CommandGate {
 public:
  /// Begins to watch. Threads that start later are watched, too; other processes that it starts are
  /// not.
  static Result<CommandGate> Before(std::uint8_t operation_code, pid_t process);

  CommandGate(CommandGate&&) noexcept;
  CommandGate& operator=(CommandGate&&) noexcept;
  ~CommandGate();  ///< opens it

  /// Waits until the first such command is about to be sent. An `Error` if the process ends.
  Status Await(Deadline deadline) const;

  /// Lets the process go on, and ends the watch.
  void Open();

 private:
  class Tracer;
  explicit CommandGate(std::unique_ptr<Tracer> tracer);

  std::unique_ptr<Tracer> tracer_;
};

}  // namespace dualpath::scsi
