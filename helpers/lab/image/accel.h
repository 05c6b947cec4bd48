#pragma once

#include <map>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::lab {

/// QEMU's -accel for the lab VM.
enum class Accelerator {
  kTcg,  ///< emulation, on any machine, in virtual time
  kKvm,  ///< this machine's CPU, in real time: waiting is not faster
};

/// Returns the accelerators by name: "tcg", "kvm".
const std::map<std::string, Accelerator>& Accelerators();
std::string ToString(Accelerator accelerator);

/// Returns what keeps this machine's KVM from running the lab with nested KVM for the lab's guest,
/// each with a remedy; empty: nothing. `root` is the directory with dev and sys.
std::vector<std::string> WhatKvmLacks(const std::string& root = "");

/// Returns an `Error` with everything that is lacking.
Status CheckAccelerator(Accelerator accelerator, const std::string& root = "");

/// Returns a text with all properties of this machine on which snapshots depend. With emulation it
/// is empty; with KVM, the VM sees our processor, and a snapshot is tied to our kernel's release.
Result<std::string> MachineFor(Accelerator accelerator, const std::string& root = "");

}  // namespace dualpath::lab
