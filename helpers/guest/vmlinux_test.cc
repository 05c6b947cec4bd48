#include "helpers/guest/vmlinux.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "helpers/process/process.h"

namespace dualpath::guest {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

Deadline Soon() { return Deadline::In(seconds(20)); }

template <typename T>
void Append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// Returns an ELF file with a note segment of one unrelated note and one of `type`.
std::string ElfWithNote(Elf64_Word type) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof(Elf64_Ehdr);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  std::string notes;
  Append(notes, Elf64_Nhdr{6, 1, 1});
  notes += std::string("Linux\0\0\0", 8) + std::string(4, '\0');
  Append(notes, Elf64_Nhdr{4, 8, type});
  notes += std::string("Xen\0", 4) + std::string(8, '\1');
  Elf64_Phdr segment{};
  segment.p_type = PT_NOTE;
  segment.p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
  segment.p_filesz = notes.size();
  std::string elf;
  Append(elf, header);
  Append(elf, segment);
  return elf + notes;
}

/// Returns a bzImage with one setup sector; the payload begins 16 bytes after the setup.
std::string BzImage(const std::string& payload) {
  std::string image(1024 + 16, '\0');
  image[0x1F1] = 1;
  std::memcpy(&image[0x202], "HdrS", 4);
  const std::uint16_t version = 0x020F;
  const std::uint32_t offset = 16;
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::memcpy(&image[0x206], &version, 2);
  std::memcpy(&image[0x248], &offset, 4);
  std::memcpy(&image[0x24C], &length, 4);
  return image + payload + "behind the payload";
}

std::string Packed(const char* program, const std::string& plain) {
  const auto packed = process::ExecuteChecked({{program, "-c"}, plain}, Soon());
  return packed.ok() ? *packed : packed.error().ToString();
}

std::string WhyNot(const std::string& bzimage) {
  const auto elf = VmlinuxOf(bzimage, "vmlinuz", Soon());
  return elf.ok() ? "nothing wrong" : elf.error().ToString();
}

TEST(HasPvhEntry, SearchesAllNotes) {
  EXPECT_TRUE(HasPvhEntry(ElfWithNote(18)));
  EXPECT_FALSE(HasPvhEntry(ElfWithNote(17)));
  EXPECT_FALSE(HasPvhEntry("no ELF file"));
  EXPECT_FALSE(HasPvhEntry(""));
  std::string cut = ElfWithNote(18);
  cut.resize(cut.size() - 40);
  EXPECT_FALSE(HasPvhEntry(cut));
}

TEST(VmlinuxOf, DecompressesEveryFormat) {
  const std::string elf = ElfWithNote(18);
  for (const char* program : {"xz", "zstd"}) {
    if (process::FindProgram(program).empty()) continue;
    // The kernel's build appends the uncompressed size.
    const auto found = VmlinuxOf(BzImage(Packed(program, elf) + "size"), "vmlinuz", Soon());
    ASSERT_TRUE(found.ok()) << program << ": " << found.error().ToString();
    EXPECT_EQ(*found, elf) << program;
  }
  const auto found = VmlinuxOf(BzImage(Packed("gzip", elf)), "vmlinuz", Soon());
  ASSERT_TRUE(found.ok()) << found.error().ToString();
  EXPECT_EQ(*found, elf);
}

TEST(VmlinuxOf, TheErrorExplainsWhyTheImageCannotBeUsed) {
  EXPECT_EQ(WhyNot("MZ"), "extract vmlinux: vmlinuz: not a Linux bzImage");
  EXPECT_EQ(WhyNot(std::string(2000, 'x')), "extract vmlinux: vmlinuz: not a Linux bzImage");
  EXPECT_THAT(WhyNot(BzImage("no known format")), HasSubstr("the payload is not an ELF file"));
  EXPECT_THAT(WhyNot(BzImage(Packed("gzip", ElfWithNote(17)))), HasSubstr("no PVH entry"));
  std::string cut = BzImage(std::string(1000, 'x'));
  cut.resize(cut.size() - 500);
  EXPECT_THAT(WhyNot(cut), HasSubstr("truncated"));
  std::string old = BzImage("payload");
  old[0x206] = 7;
  EXPECT_THAT(WhyNot(old), HasSubstr("older than 2.08"));
}

TEST(ExtractVmlinux, TheErrorNamesTheUnreadableFile) {
  const Status extracted = ExtractVmlinux("/no/such/vmlinuz", "/tmp/never", Soon());
  ASSERT_FALSE(extracted.ok());
  EXPECT_THAT(extracted.error().ToString(), HasSubstr("/no/such/vmlinuz"));
}

}  // namespace
}  // namespace dualpath::guest
