#include "helpers/guest/lean_program.h"

#include <elf.h>

#include <cstring>
#include <set>
#include <utility>
#include <vector>

namespace dualpath::guest {
namespace {

constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

/// Bytes of an ELF file. A read outside of it returns zero, which ends every list, and marks the
/// image as damaged.
class Image {
 public:
  explicit Image(std::string bytes) : bytes_(std::move(bytes)) {}

  template <typename T>
  T Read(std::uint64_t at) {
    T value{};
    if (IsInside(at, sizeof(T))) std::memcpy(&value, bytes_.data() + at, sizeof(T));
    return value;
  }

  template <typename T>
  void Write(std::uint64_t at, const T& value) {
    if (IsInside(at, sizeof(T))) std::memcpy(bytes_.data() + at, &value, sizeof(T));
  }

  std::string TextAt(std::uint64_t at) {
    return IsInside(at, 1) ? std::string(bytes_.c_str() + at) : std::string();
  }

  bool damaged() const { return damaged_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  bool IsInside(std::uint64_t at, std::size_t size) {
    if (at <= bytes_.size() && size <= bytes_.size() - at) return true;
    damaged_ = true;
    return false;
  }

  std::string bytes_;
  bool damaged_ = false;
};

struct Segment {
  std::uint64_t header;  ///< offset of the program header
  Elf64_Phdr content;
};

std::vector<Segment> SegmentsOf(Image& image) {
  std::vector<Segment> segments;
  const auto header = image.Read<Elf64_Ehdr>(0);
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const std::uint64_t at = header.e_phoff + std::uint64_t{i} * sizeof(Elf64_Phdr);
    segments.push_back({at, image.Read<Elf64_Phdr>(at)});
  }
  return segments;
}

std::vector<Elf64_Dyn> DynamicSectionAt(Image& image, std::uint64_t at) {
  std::vector<Elf64_Dyn> entries;
  do {
    entries.push_back(image.Read<Elf64_Dyn>(at));
    at += sizeof(Elf64_Dyn);
  } while (entries.back().d_tag != DT_NULL);
  return entries;
}

std::uint64_t OffsetOf(const std::vector<Segment>& segments, std::uint64_t address) {
  for (const Segment& segment : segments) {
    const Elf64_Phdr& content = segment.content;
    if (content.p_type == PT_LOAD && address >= content.p_vaddr &&
        address - content.p_vaddr < content.p_filesz) {
      return content.p_offset + (address - content.p_vaddr);
    }
  }
  return kNowhere;
}

/// Removes libraries in `removed` from the list of needed versions at `first` and returns its new
/// start. The loader looks up the libraries of this list too.
std::uint64_t DropVersions(Image& image, std::uint64_t first, std::uint64_t names,
                           const std::set<std::string>& removed) {
  std::vector<std::uint64_t> kept;
  for (std::uint64_t at = first;;) {
    const auto need = image.Read<Elf64_Verneed>(at);
    if (removed.count(image.TextAt(names + need.vn_file)) == 0) kept.push_back(at);
    if (need.vn_next == 0) break;
    at += need.vn_next;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    auto need = image.Read<Elf64_Verneed>(kept[i]);
    const bool last = i + 1 == kept.size();
    need.vn_next = last ? 0 : static_cast<Elf64_Word>(kept[i + 1] - kept[i]);
    image.Write(kept[i], need);
  }
  return kept.empty() ? kNowhere : kept.front();
}

}  // namespace

Result<std::string> WithoutLibraries(
    const std::string& elf, const std::string& name,
    const std::function<bool(const std::string& soname)>& left_out) {
  const auto fail = [&](const std::string& reason) {
    return Error::Because("leave libraries out of", name, reason);
  };
  if (elf.size() < sizeof(Elf64_Ehdr) || elf.compare(0, SELFMAG, ELFMAG) != 0 ||
      elf[EI_CLASS] != ELFCLASS64 || elf[EI_DATA] != ELFDATA2LSB) {
    return fail("not a 64-bit little-endian ELF program");
  }
  Image image(elf);
  const std::vector<Segment> segments = SegmentsOf(image);
  std::uint64_t dynamic = kNowhere;
  for (const Segment& segment : segments) {
    if (segment.content.p_type == PT_DYNAMIC) dynamic = segment.content.p_offset;
  }
  if (image.damaged()) return fail("truncated or damaged");
  if (dynamic == kNowhere) return elf;

  const std::vector<Elf64_Dyn> before = DynamicSectionAt(image, dynamic);
  std::uint64_t names = kNowhere;
  for (const Elf64_Dyn& entry : before) {
    if (entry.d_tag == DT_STRTAB) names = OffsetOf(segments, entry.d_un.d_ptr);
  }
  if (names == kNowhere) return fail("no string table in the dynamic section");
  std::set<std::string> removed;
  std::vector<Elf64_Dyn> after;
  for (Elf64_Dyn entry : before) {
    if (entry.d_tag == DT_NEEDED) {
      const std::string soname = image.TextAt(names + entry.d_un.d_val);
      if (left_out(soname)) {
        removed.insert(soname);
        continue;
      }
    }
    if (entry.d_tag == DT_BIND_NOW) continue;
    if (entry.d_tag == DT_FLAGS) entry.d_un.d_val &= ~std::uint64_t{DF_BIND_NOW};
    if (entry.d_tag == DT_FLAGS_1) entry.d_un.d_val &= ~std::uint64_t{DF_1_NOW};
    after.push_back(entry);
  }
  after.resize(before.size());
  for (Elf64_Dyn& entry : after) {
    if (entry.d_tag != DT_VERNEED) continue;
    const std::uint64_t first = OffsetOf(segments, entry.d_un.d_ptr);
    const std::uint64_t now_first = DropVersions(image, first, names, removed);
    if (now_first == kNowhere)
      return fail("no library with symbol versions would be left, not even libc");
    entry.d_un.d_ptr += now_first - first;
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    image.Write(dynamic + i * sizeof(Elf64_Dyn), after[i]);
  }
  // Lazy binding writes to the section after the start, so it must not become read-only.
  for (const Segment& segment : segments) {
    if (segment.content.p_type != PT_GNU_RELRO) continue;
    Elf64_Phdr unused = segment.content;
    unused.p_type = PT_NULL;
    image.Write(segment.header, unused);
  }
  if (image.damaged()) return fail("truncated or damaged");
  return std::move(image).bytes();
}

}  // namespace dualpath::guest
