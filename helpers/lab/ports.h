#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::lab {

/// Receives what the lab writes to the output port.
using OutputSink = std::function<void(const std::string&)>;

/// This machine's ends of a lab VM's three virtio-serial ports. Callers may also do their own I/O
/// on them.
struct Ports {
  UniqueFd control;  ///< lines both ways: protocol.h
  UniqueFd output;   ///< output of the program that runs in the VM
  UniqueFd results;  ///< a tar, or files of `dualpath cp`

  Status SendLine(const std::string& line) const;

  /// Returns the next line from the control port. What was written to the output and results ports
  /// before it, in the VM, is passed on and buffered before it is returned.
  Result<std::string> ReadLine(const OutputSink& sink, Deadline deadline);

  /// Returns exactly `bytes` from the results port.
  Result<std::string> ReadResults(std::size_t bytes, Deadline deadline);

 private:
  std::string control_buffer_;
  std::string results_buffer_;
};

}  // namespace dualpath::lab
