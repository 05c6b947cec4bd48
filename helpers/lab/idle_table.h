#pragma once

#include <string>

namespace dualpath::lab {

/// The body of an ACPI table (SSDT, ACPI specification 6.4, 8.4.1.1) that tells the lab's kernel
/// what it knows already: its one CPU (\_SB.CPUS.C000 on QEMU's q35) idles by HLT. Without such a
/// table Linux has no cpuidle driver, and without one each idle period of a few milliseconds or
/// more ends in a tick that nothing needs (kernel: kernel/sched/idle.c). While all paths are down
/// that is every second wake-up.
std::string IdleTable();

}  // namespace dualpath::lab
