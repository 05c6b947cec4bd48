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

/// What every layer reported during a fault, from the paths up to the application in the guest.
/// Every time is CLOCK_MONOTONIC of this machine.
struct ErrorTrace {
  std::vector<GuestCommand> commands;          ///< the guest's commands and their SG_IOs
  std::vector<observe::TraceEvent> elsewhere;  ///< trace events of no SG_IO: multipathd's checker
  std::vector<observe::LogMessage> log;        ///< messages of the kernel and multipathd
  std::vector<guest::DomainEvent> domain_events;  ///< libvirt's events
  std::vector<GuestKernelError> kernel_errors;    ///< errors in the guest's kernel log
  guest::IoReport application;

  /// Reason why this kernel cannot trace the results of SG_IO, so that `SgIo::result` is always
  /// empty. Empty if it can.
  std::string why_no_sg_io;

  std::vector<GuestCommand> FailedCommands() const;
  std::vector<guest::IoResult> FailedIo() const;

  /// Returns the part that began in [from, to); the application's I/O must also have ended before
  /// `to`.
  ErrorTrace Between(Moment from, Moment to) const;

  /// Returns the trace without the commands that had not ended at `to`, which a later fault may
  /// have affected.
  ErrorTrace EndedBefore(Moment to) const;

  /// Returns the commands that the guest's kernel sent for this I/O, retries included.
  std::vector<GuestCommand> TriesOf(const guest::IoResult& io) const;
};

/// Prints a table for failure messages: for each layer one line per distinct message, with its
/// count and the times of the first and last.
void PrintTo(const ErrorTrace& trace, std::ostream* out);

}  // namespace dualpath::layers
