#pragma once

#include <string>

#include "helpers/layers/error_trace.h"

namespace dualpath::layers {

/// What the layers between a fault and the guest's application did, a few words each: a row of a
/// table. What was said more than once is said once; "no error" is what a layer had to say if all
/// went well.
struct LayerSummary {
  std::string path;          ///< "DID_TRANSPORT_DISRUPTED"; "I/O rejected" by a path that is
                             ///< offline; "I/O error" where a request never became a command
  std::string dm;            ///< "fails 1 path", "new table of 1 path"
  std::string multipathd;    ///< "path offline, checker failed, 1 path left"
  std::string sg_io;         ///< "ENODEV", "DID_TRANSPORT_DISRUPTED"; "-": there is no SG_IO
  std::string sense;         ///< QEMU's own: "0b/00/06"
  std::string virtio_scsi;   ///< "CHECK CONDITION", "TRANSPORT_FAILURE"; "-": no virtio-scsi
  std::string guest_kernel;  ///< "DID_OK, Aborted Command"
};

/// In the words above. A layer that this kernel does not show is "not seen".
LayerSummary Summarize(const ErrorTrace& seen);

/// "EIO", "errno 7" if it has no name here, and "good" for 0: what block I/O may end with.
std::string NameOfErrno(int error_number);

}  // namespace dualpath::layers
