// An SSDT (ACPI specification 6.4, 8.4.1.1) for the lab's one CPU, \_SB.CPUS.C000 on QEMU's q35: it
// idles with HLT, which is C1. Linux has no cpuidle driver without such a table, and without a driver
// each idle period of a few milliseconds or more ends in an unneeded tick (kernel:
// kernel/sched/idle.c). While all paths are down that is every second wake-up.
DefinitionBlock ("", "SSDT", 2, "DUALPA", "IDLE", 1)
{
    External (\_SB.CPUS.C000, DeviceObj)
    Scope (\_SB.CPUS.C000)
    {
        Name (_CST, Package ()
        {
            1,
            // C1: latency 1 us, power 1000 mW
            Package () { ResourceTemplate () { Register (FFixedHW, 0, 0, 0) }, 1, 1, 1000 }
        })
    }
}
