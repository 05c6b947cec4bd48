#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/vm.h"

namespace dualpath::lab {

/// Returns the directory of the snapshot that a failed case saved among its results.
std::string SnapshotOfCase(const std::string& case_results);

/// Stops the VM and saves it in `directory`, which is replaced. The VM ends, or goes on.
Status SaveSnapshot(Vm& vm, const Image& image, const std::string& directory,
                    Vm::Afterwards afterwards = Vm::Afterwards::kEnd);

/// Starts a VM from a saved snapshot, which is left unchanged. Fails if it was saved with another
/// image, QEMU or accelerator, or in real time and `options` request virtual time.
Result<Restored> RestoreSaved(const std::string& directory, const Image& image,
                              const RestoreOptions& options);

}  // namespace dualpath::lab
