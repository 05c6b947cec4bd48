#pragma once

#include <map>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::lab {

/// What runs a lab VM's CPU: QEMU's -accel.
enum class Accelerator {
  kTcg,  ///< QEMU's emulator, anywhere, in virtual time
  kKvm,  ///< this machine's CPU, in real time: nothing is waited for any faster
};

/// By their names: "tcg", "kvm".
const std::map<std::string, Accelerator>& Accelerators();
std::string ToString(Accelerator accelerator);

/// What keeps this machine's KVM from running the lab, with a KVM for the lab's own guest in it;
/// for each what to do about it. Empty: nothing. `root` is of the file system with dev and sys.
std::vector<std::string> WhatKvmLacks(const std::string& root = "");

/// An `Error` with all that is lacking.
Status CheckAccelerator(Accelerator accelerator, const std::string& root = "");

/// Of this machine all that a VM's saved state depends on. Under emulation that is nothing, and the
/// text is empty; KVM shows the VM our processor, and reads only what a kernel like ours wrote.
Result<std::string> MachineFor(Accelerator accelerator, const std::string& root = "");

}  // namespace dualpath::lab
