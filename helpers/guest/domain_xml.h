#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/disk_xml.h"

namespace dualpath::guest {

enum class Virtualization {
  kQemu,  ///< QEMU's emulator: works everywhere, including the lab
  kKvm,
};

/// Kernel command line that boots the guest with the fewest instructions; domain_xml.cc explains
/// each word. Kernels ignore unknown words.
extern const char kDefaultKernelCommandLine[];

/// The domain of the guest under test: one disk, one serial line, one virtio-serial channel,
/// without the devices that libvirt adds by default. The default values boot fastest under two
/// nested emulators, as measured with Debian 13's kernel 6.12 and QEMU 10.0.
struct DomainOptions {
  std::string name = "dualpath-guest";
  Virtualization virtualization = Virtualization::kQemu;
  unsigned memory_mib = 128;   ///< 96 and 256 boot equally fast
  std::string machine = "pc";  ///< q35 boots equally fast
  std::string cpu_model{};     ///< empty: the machine's default (qemu64); "max" boots 3 s slower
  std::string firmware{};      ///< empty: SeaBIOS; QEMU's qboot.rom saves another 2 s of 35 s
  std::string emulator{};      ///< empty: libvirt's choice
  std::string kernel;          ///< vmlinux (see vmlinux.h) or bzImage
  std::string initramfs;       ///< see initramfs.h
  std::string kernel_command_line = kDefaultKernelCommandLine;
  std::string console_log;  ///< file for the serial line; libvirt's QEMU appends or truncates
  DiskOptions disk;         ///< disk at the start; can be replaced later
};

/// Returns the domain's XML: https://libvirt.org/formatdomain.html
///
/// The agent's channel has no path: libvirt then chooses one in a directory that it creates for
/// this domain, with the owner and the SELinux label of its QEMU. QEMU before 2.12 binds the socket
/// itself, which it may not do in a directory of ours; and no other user reaches libvirt's.
std::string RenderDomainXml(const DomainOptions& options);

/// Returns the socket of the agent's channel from the XML of a running domain.
Result<std::string> AgentSocketIn(const std::string& domain_xml);

}  // namespace dualpath::guest
