#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::guest {

/// The ELF kernel inside a bzImage (/boot/vmlinuz-*). QEMU boots it as it is, by its PVH entry,
/// which spares an emulated guest the decompression: 36 of 80 s of boot under two emulators.
///
/// An error says what the kernel lacks: some have no PVH entry (CONFIG_PVH, Linux 4.21 on), and
/// QEMU before 4.0 cannot use it. The bzImage itself will then do, only slower.
/// Layout: Documentation/arch/x86/boot.rst in Linux.
Result<std::string> VmlinuxOf(const std::string& bzimage, const std::string& object,
                              Deadline deadline);

/// Writes `VmlinuxOf` the file `vmlinuz` to `output`.
Status ExtractVmlinux(const std::string& vmlinuz, const std::string& output, Deadline deadline);

/// Whether the 64-bit ELF file has the note XEN_ELFNOTE_PHYS32_ENTRY, which is the PVH entry.
bool HasPvhEntry(const std::string& elf);

}  // namespace dualpath::guest
