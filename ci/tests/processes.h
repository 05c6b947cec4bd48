#pragma once

#include "helpers/base/result.h"

namespace dualpath::tests {

/// Returns the child of a process: of `dualpath exec` and `dualpath shell`, the VM.
Result<int> ChildOf(int pid);

/// Returns whether a process is running; a zombie is not.
bool IsRunning(int pid);

}  // namespace dualpath::tests
