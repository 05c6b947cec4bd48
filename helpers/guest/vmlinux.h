#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::guest {

/// Extracts the ELF kernel from a bzImage (/boot/vmlinuz-*). QEMU boots it directly, through its
/// PVH entry, which saves an emulated guest the decompression: 36 of 80 s of boot under two
/// emulators.
///
/// The error explains why the kernel cannot be used: some lack the PVH entry (CONFIG_PVH, since
/// Linux 4.21). QEMU before 4.0 cannot use it. The bzImage works in any case, only slower. Layout:
/// Documentation/arch/x86/boot.rst in Linux.
Result<std::string> VmlinuxOf(const std::string& bzimage, const std::string& object,
                              Deadline deadline);

/// Extracts the kernel of the file `vmlinuz` to the file `output`.
Status ExtractVmlinux(const std::string& vmlinuz, const std::string& output, Deadline deadline);

/// Returns whether the 64-bit ELF file has the note XEN_ELFNOTE_PHYS32_ENTRY, the PVH entry.
bool HasPvhEntry(const std::string& elf);

}  // namespace dualpath::guest
