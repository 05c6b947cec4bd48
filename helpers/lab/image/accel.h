#pragma once

#include <map>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::lab {

/// QEMU's -accel for a lab VM.
enum class Accelerator {
  kTcg,  ///< QEMU's emulator, on any machine, in virtual time, which skips idle time
  kKvm,  ///< this machine's processor, in real time
};

/// Returns the accelerators by name: "tcg", "kvm".
const std::map<std::string, Accelerator>& Accelerators();
std::string ToString(Accelerator accelerator);

/// Returns why KVM on this machine cannot run the lab, whose guest needs nested KVM; each reason
/// includes a remedy. Empty if it can. `root` is the directory with dev and sys, for tests.
std::vector<std::string> MissingForKvm(const std::string& root = "");

/// Checks that this machine can run the lab on `accelerator`. The `Error` has all reasons.
Status CheckAccelerator(Accelerator accelerator, const std::string& root = "");

/// Returns the properties of this machine that a snapshot depends on: with KVM the processor, which
/// the VM sees, and the kernel, whose KVM restores only state in its own format. Empty for TCG,
/// whose snapshots can be restored on any machine.
Result<std::string> MachineFor(Accelerator accelerator, const std::string& root = "");

}  // namespace dualpath::lab
