#include "helpers/guest/vmlinux.h"

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/guest/decompress.h"

namespace dualpath::guest {
namespace {

// Offsets of the setup header's fields.
constexpr std::size_t kSetupSectors = 0x1F1;
constexpr std::size_t kHeaderMagic = 0x202;
constexpr std::size_t kVersion = 0x206;
constexpr std::size_t kPayloadOffset = 0x248;
constexpr std::size_t kPayloadLength = 0x24C;
constexpr std::uint16_t kFirstVersionWithPayload = 0x0208;

constexpr Elf64_Word kXenPhys32Entry = 18;

template <typename T>
std::optional<T> Read(const std::string& bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

std::size_t AlignedTo4(std::size_t n) { return (n + 3) & ~std::size_t{3}; }

bool HasPvhNote(const std::string& elf, std::size_t at, std::size_t size) {
  const std::size_t end = at + size;
  while (const auto note = Read<Elf64_Nhdr>(elf, at)) {
    if (at >= end) break;
    const std::size_t name = at + sizeof(Elf64_Nhdr);
    if (note->n_type == kXenPhys32Entry && elf.compare(name, 4, std::string("Xen\0", 4)) == 0) {
      return true;
    }
    at = name + AlignedTo4(note->n_namesz) + AlignedTo4(note->n_descsz);
  }
  return false;
}

}  // namespace

bool HasPvhEntry(const std::string& elf) {
  const auto header = Read<Elf64_Ehdr>(elf, 0);
  if (!header || elf.compare(0, SELFMAG, ELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64) {
    return false;
  }
  for (std::size_t i = 0; i < header->e_phnum; ++i) {
    const auto segment = Read<Elf64_Phdr>(elf, header->e_phoff + i * header->e_phentsize);
    if (segment && segment->p_type == PT_NOTE &&
        HasPvhNote(elf, segment->p_offset, segment->p_filesz)) {
      return true;
    }
  }
  return false;
}

Result<std::string> VmlinuxOf(const std::string& bzimage, const std::string& object,
                              Deadline deadline) {
  const auto fail = [&](const std::string& reason) {
    return Error::Because("extract vmlinux", object, reason);
  };
  const auto version = Read<std::uint16_t>(bzimage, kVersion);
  const auto sectors = Read<std::uint8_t>(bzimage, kSetupSectors);
  const auto offset = Read<std::uint32_t>(bzimage, kPayloadOffset);
  const auto length = Read<std::uint32_t>(bzimage, kPayloadLength);
  if (!version || !sectors || !offset || !length || bzimage.compare(kHeaderMagic, 4, "HdrS") != 0) {
    return fail("not a Linux bzImage");
  }
  if (*version < kFirstVersionWithPayload) return fail("boot protocol older than 2.08");
  const std::size_t setup = (*sectors == 0 ? 4U : *sectors) + 1U;
  const std::size_t payload_at = setup * 512 + *offset;
  if (payload_at > bzimage.size() || *length > bzimage.size() - payload_at || *length < 4) {
    return fail("truncated: the compressed kernel extends beyond its end");
  }
  std::string payload = bzimage.substr(payload_at, *length);
  // The kernel's build appends the uncompressed size, except to gzip, which contains it; the
  // programs would mistake it for a damaged second part.
  if (payload.compare(0, 2, "\x1F\x8B") != 0) payload.resize(payload.size() - 4);
  DUALPATH_TRY(std::string elf, Decompress(std::move(payload), object, deadline));
  if (elf.compare(0, SELFMAG, ELFMAG) != 0) {
    return fail("the payload is not an ELF file in xz, zstd, gzip or lz4");
  }
  if (!HasPvhEntry(elf)) return fail("the kernel has no PVH entry (CONFIG_PVH)");
  return elf;
}

Status ExtractVmlinux(const std::string& vmlinuz, const std::string& output, Deadline deadline) {
  DUALPATH_TRY(const std::string bzimage, ReadFile(vmlinuz));
  DUALPATH_TRY(const std::string elf, VmlinuxOf(bzimage, vmlinuz, deadline));
  return WriteFileAtomically(output, elf);
}

}  // namespace dualpath::guest
