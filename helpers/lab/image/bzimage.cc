#include "helpers/lab/image/bzimage.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdint>

#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::lab {
namespace {

constexpr char kUse[] = "use the kernel";

// The setup header. The text of kernel_version is in the setup code, at most 64 sectors after the
// boot sector.
constexpr std::size_t kMostSetup = std::size_t{65} * 512;
constexpr std::size_t kBootFlag = 0x1fe;
constexpr std::size_t kMagic = 0x202;
constexpr std::size_t kProtocol = 0x206;
constexpr std::size_t kVersionText = 0x20e;
constexpr std::size_t kLoadFlags = 0x236;
constexpr std::size_t kEnd = 0x238;
constexpr unsigned kHasLoadFlags = 0x20c;  // protocol 2.12, Linux 3.8
constexpr unsigned kIs64Bit = 1;           // XLF_KERNEL_64

constexpr std::size_t kArm64Magic = 0x38;

unsigned WordAt(const std::string& text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) | static_cast<unsigned char>(text[at + 1]) << 8U;
}

bool Has(const std::string& text, std::size_t at, const std::string& magic) {
  return text.compare(at, magic.size(), magic) == 0;
}

Result<std::string> BeginningOf(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return Error::FromErrno(kUse, file, errno);
  std::string text(kMostSetup, '\0');
  DUALPATH_TRY(const std::size_t read, ReadAt(fd.get(), text.data(), text.size(), 0));
  text.resize(read);
  return text;
}

/// Returns what a file that is no bzImage is, and what to pass instead.
std::string WhatElse(const std::string& text) {
  if (text.size() > kArm64Magic + 4 && Has(text, kArm64Magic, "ARM\x64"))
    return "a kernel for arm64; the lab's CPU is x86-64";
  if (text.size() > 4 && Has(text, 0,
                             "\x7f"
                             "ELF"))
    return "an ELF file; pass the bzImage (arch/x86/boot/bzImage), not vmlinux";
  return "not an x86 kernel; pass a bzImage, a build tree, a directory with boot/vmlinuz-RELEASE "
         "and lib/modules/RELEASE, or a linux-image .deb";
}

}  // namespace

Result<std::string> ReleaseOfBzImage(const std::string& file) {
  DUALPATH_TRY(const std::string text, BeginningOf(file));
  const auto refuse = [&](const std::string& reason) { return Error::Because(kUse, file, reason); };
  if (text.size() < kEnd || WordAt(text, kBootFlag) != 0xaa55 || !Has(text, kMagic, "HdrS"))
    return refuse(WhatElse(text));
  if (WordAt(text, kProtocol) < kHasLoadFlags)
    return refuse("a kernel before 3.8; the lab's root needs virtio-pmem and DAX (Linux 5.8)");
  if ((WordAt(text, kLoadFlags) & kIs64Bit) == 0)
    return refuse("a 32-bit kernel; the lab's CPU is x86-64");
  // "6.1.0-41-amd64 (debian-kernel@lists.debian.org) #1 SMP ..."
  const std::size_t at = 0x200 + WordAt(text, kVersionText);
  const std::size_t end = at >= text.size() ? std::string::npos : text.find(' ', at);
  if (at == 0x200 || end == std::string::npos || end == at)
    return refuse("its header has no version: damaged?");
  std::string release = text.substr(at, end - at);
  // It becomes the name of a directory.
  if (release.find_first_of(std::string("/\0", 2)) != std::string::npos || release[0] == '.')
    return refuse("its header has no version: damaged?");
  return release;
}

}  // namespace dualpath::lab
