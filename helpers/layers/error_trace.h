#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "helpers/guest/domain_event.h"
#include "helpers/guest/io_report.h"
#include "helpers/layers/guest_command.h"
#include "helpers/layers/guest_kernel_error.h"
#include "helpers/observe/log.h"

namespace dualpath::layers {

/// What every layer said while something went wrong, from the paths up to the application in the
/// guest. Every time is CLOCK_MONOTONIC of this machine.
struct ErrorTrace {
  std::vector<GuestCommand> commands;          ///< QEMU's view, and what was below it
  std::vector<observe::TraceEvent> elsewhere;  ///< of others than the guest: multipathd's checker
  std::vector<observe::LogMessage> log;        ///< of the kernel and of multipathd
  std::vector<guest::DomainEvent> reports;     ///< libvirt's events of the domain
  std::vector<GuestKernelError> complaints;    ///< of the guest's kernel
  guest::IoReport application;

  /// Empty, or why the kernel cannot show what SG_IO handed back; `SgIo::handed_back` is then
  /// always missing.
  std::string why_no_sg_io;

  std::vector<GuestCommand> FailedCommands() const;
  std::vector<guest::IoResult> FailedIo() const;

  /// Only what began from `from` on and, of the application, was over before `to`.
  ErrorTrace Between(Moment from, Moment to) const;

  /// Without the commands that ended later, if at all: what was under way met what came then.
  ErrorTrace OverBefore(Moment to) const;

  /// The commands by which the guest's kernel tried to do that I/O.
  std::vector<GuestCommand> TriesOf(const guest::IoResult& io) const;
};

/// A table for failure messages: one line for each different thing that a layer said, with how
/// often, first and last.
void PrintTo(const ErrorTrace& path, std::ostream* out);

}  // namespace dualpath::layers
