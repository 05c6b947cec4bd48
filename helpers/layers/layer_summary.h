#pragma once

#include <string>

#include "helpers/layers/error_trace.h"

namespace dualpath::layers {

/// Short texts for a row of a table: what each layer between a fault and the guest's application
/// did. Repetitions are left out; "no error" if the layer had none.
struct LayerSummary {
  std::string path;          ///< "DID_TRANSPORT_DISRUPTED"; "I/O rejected" by an offline path;
                             ///< "I/O error" if a request failed before it became a command
  std::string dm;            ///< "fails 1 path", "new table of 1 path"
  std::string multipathd;    ///< "path offline, checker failed, 1 path left"
  std::string sg_io;         ///< "ENODEV", "DID_TRANSPORT_DISRUPTED"; "-": no SG_IO
  std::string sense;         ///< sense data built by QEMU: "0b/00/06"; empty: none
  std::string virtio_scsi;   ///< "CHECK CONDITION", "TRANSPORT_FAILURE"; "-": no virtio-scsi
  std::string guest_kernel;  ///< "DID_OK, Aborted Command"
};

/// Text of a layer that this kernel cannot trace.
inline constexpr char kNotSeen[] = "not seen";

/// Summarizes the trace.
LayerSummary Summarize(const ErrorTrace& trace);

/// Returns "EIO" for an errno of block I/O, "good" for 0, otherwise "errno 7".
std::string NameOfErrno(int error_number);

}  // namespace dualpath::layers
