#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/state.h"

namespace dualpath::lab {

/// Where this program is, and what was built with it.
std::string OwnDirectory();
std::string RigProgram();
std::string GuestAgent();

/// To where the lab has booted, with all that it may read later in RAM.
Steps UpToBoot();

/// To the default rig and its guest, brought up by the program dualpath-rig.
Result<Steps> UpToTheRig(const Cache& cache);

/// Where results go by default, and where a case's state is kept among its results.
std::string DefaultResults();
std::string KeptByCase(const std::string& case_results);

/// Stops the VM and keeps its state in `directory`, which is replaced, to go on from there later.
/// The VM is over after it.
Status Keep(Vm& vm, const Image& image, const std::string& directory);

/// A VM that goes on from a state that was kept, as often as wanted. An `Error` if that was of
/// another image, QEMU or accelerator, or of a VM in real time, and `options` say virtual time.
Result<Restored> RestoreKept(const std::string& directory, const Image& image,
                             const RestoreOptions& options);

}  // namespace dualpath::lab
