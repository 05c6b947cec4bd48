#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/lab/watch.h"

namespace dualpath::lab {

/// Receives what the lab writes to the output port.
using OutputSink = std::function<void(const std::string&)>;

/// How much a VM may write, so that it cannot fill our memory or disk.
struct PortLimits {
  std::size_t line = std::size_t{64} << 10;      ///< a line of the control port
  std::size_t output = std::size_t{64} << 20;    ///< total on the output port, since we read it
  std::size_t results = std::size_t{256} << 20;  ///< one read from the results port
};

/// This machine's ends of a lab VM's three virtio-serial ports. Callers may also do their own I/O
/// on them. A VM that exceeds the limits is an `Error`.
struct Ports {
  UniqueFd control;  ///< lines both ways: protocol.h
  UniqueFd output;   ///< output of the program that runs in the VM
  UniqueFd results;  ///< a tar, or files of `dualpath cp`
  PortLimits limits{};

  Status SendLine(const std::string& line) const;

  /// Returns whether `ReadLine` has a line to return without waiting: one that has arrived, or has
  /// already been read together with another, of which poll(2) on `control` knows nothing.
  bool HasLine() const;

  /// Returns the next line from the control port. What was written to the output and results ports
  /// before it, in the VM, is passed on and buffered before it is returned.
  Result<std::string> ReadLine(const OutputSink& sink, Watch& watch);

  /// Returns exactly `bytes` from the results port.
  Result<std::string> ReadResults(std::size_t bytes, Watch& watch);

 private:
  std::string control_buffer_;
  std::string results_buffer_;
  std::size_t output_bytes_ = 0;
};

}  // namespace dualpath::lab
