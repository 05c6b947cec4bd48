#include "helpers/guest/storage_image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::guest {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;
constexpr std::size_t kChangesShown = 3;

/// Returns a hash of the sector that changes with any of its words, and 0 only for zeros.
std::uint32_t HashOf(const char* sector) {
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < kSectorBytes; at += sizeof(hash)) {
    std::uint64_t word = 0;
    std::memcpy(&word, sector + at, sizeof(word));
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29;
  }
  if (hash == 0) return 0;  // since each step is one to one, nearly always zeros
  return static_cast<std::uint32_t>(hash ^ hash >> 32) | 1U;
}

/// Calls `visit` with each chunk of data, whose offset is a multiple of the page size. The last
/// page of the file is filled up with zeros.
Status VisitData(const std::string& storage, std::size_t page_bytes,
                 const std::function<void(std::uint64_t at, const std::string& data)>& visit) {
  const UniqueFd fd(::open(storage.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return Error::FromErrno("open", storage, errno);
  const off_t page = static_cast<off_t>(page_bytes);
  std::string chunk;
  for (off_t at = 0; at < status.st_size;) {
    const off_t data = ::lseek(fd.get(), at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return Ok{};  // only a hole is left
    const off_t hole = data < 0 ? data : ::lseek(fd.get(), data, SEEK_HOLE);
    if (hole < 0) return Error::FromErrno("find the data of", storage, errno);
    at = std::max(at, data / page * page);
    const off_t end = (hole + page - 1) / page * page;
    while (at < end) {
      const std::size_t size =
          std::min<std::size_t>(kReadBytes, static_cast<std::size_t>(end - at));
      chunk.assign(size, '\0');
      const auto got = ReadAt(fd.get(), chunk.data(), size, at);
      if (!got.ok()) return Error::FromErrno("read", storage, got.error().error_number());
      visit(static_cast<std::uint64_t>(at), chunk);
      at += static_cast<off_t>(size);
    }
  }
  return Ok{};
}

/// Returns the identity in a block's header, or zeros.
BlockIdentity HeaderOf(const char* sector) {
  BlockHeader header;
  std::memcpy(&header, sector, sizeof(header));
  if (std::memcmp(header.magic, "DUALPATH", sizeof(header.magic)) != 0) return {};
  return {header.run_id, header.block, header.sequence};
}

std::string ContentAt(const std::string& storage, std::uint64_t at, std::size_t size) {
  std::string content(size, '\0');
  const UniqueFd fd(::open(storage.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) static_cast<void>(ReadAt(fd.get(), content.data(), size, static_cast<off_t>(at)));
  return content;
}

}  // namespace

Result<StorageImage> StorageImage::Take(const std::string& storage, const ByteRange& range) {
  StorageImage image;
  image.range_ = range;
  const auto keep = [&](std::uint64_t at, const std::string& chunk) {
    const std::uint64_t begin = std::max(at, range.begin);
    const std::uint64_t end = std::min<std::uint64_t>(at + chunk.size(), range.end);
    if (begin < end) image.inside_[begin] = chunk.substr(begin - at, end - begin);
    for (std::size_t page = 0; page < chunk.size(); page += kPageBytes) {
      Page of;
      bool any = false;
      for (std::size_t i = 0; i < of.sectors.size(); ++i) {
        const std::size_t sector = page + i * kSectorBytes;
        if (at + sector >= range.begin && at + sector < range.end) continue;
        of.sectors[i] = HashOf(chunk.data() + sector);
        if (of.write == BlockIdentity{}) of.write = HeaderOf(chunk.data() + sector);
        any = any || of.sectors[i] != 0;
      }
      if (any) image.outside_.emplace((at + page) / kPageBytes, of);
    }
  };
  DUALPATH_TRY_STATUS(VisitData(storage, kPageBytes, keep));
  return image;
}

std::string StorageImage::Read(std::uint64_t begin, std::size_t size) const {
  std::string content(size, '\0');
  auto extent = inside_.upper_bound(begin);
  if (extent != inside_.begin()) --extent;
  for (; extent != inside_.end() && extent->first < begin + size; ++extent) {
    const std::uint64_t from = std::max(begin, extent->first);
    const std::uint64_t to = std::min(begin + size, extent->first + extent->second.size());
    if (from >= to) continue;
    content.replace(from - begin, to - from, extent->second, from - extent->first, to - from);
  }
  return content;
}

std::string StorageImage::DescribeChange(const Page* before, std::size_t sector,
                                         const std::string& storage, std::uint64_t at,
                                         std::uint32_t block_bytes) const {
  std::string held = "zeros";
  if (before != nullptr && before->sectors[sector] != 0) {
    held = before->write == BlockIdentity{} ? "data not written by the agent"
                                            : ToString(before->write);
  }
  std::vector<std::uint64_t> words(block_bytes / sizeof(std::uint64_t));
  const std::string now = ContentAt(storage, at, block_bytes);
  std::memcpy(words.data(), now.data(), block_bytes);
  return "held " + held + " before the run, holds " + DescribeContent(words.data(), block_bytes);
}

Status StorageImage::SameElsewhere(const std::string& storage, const std::vector<ByteRange>& except,
                                   std::uint32_t block_bytes) const {
  DUALPATH_TRY(const StorageImage now, Take(storage, range_));
  std::string changes;
  std::size_t count = 0;
  std::uint64_t end_of_last = 0;
  const auto compare = [&](std::uint64_t number, const Page* before, const Page* after) {
    for (std::size_t i = 0; i < Page().sectors.size(); ++i) {
      const std::uint32_t was = before == nullptr ? 0 : before->sectors[i];
      const std::uint32_t is = after == nullptr ? 0 : after->sectors[i];
      const std::uint64_t at = number * kPageBytes + i * kSectorBytes;
      const ByteRange sector{at, at + kSectorBytes};
      const bool expected = std::any_of(except.begin(), except.end(), [&](const ByteRange& range) {
        return range.Overlaps(sector);
      });
      if (was == is || expected) continue;
      if (at != end_of_last && ++count <= kChangesShown) {
        changes += (changes.empty() ? "" : "; ") + std::string("byte ") + std::to_string(at) + " " +
                   DescribeChange(before, i, storage, at, block_bytes);
      }
      end_of_last = sector.end;
    }
  };
  auto a = outside_.begin();
  auto b = now.outside_.begin();
  while (a != outside_.end() || b != now.outside_.end()) {
    const bool has_a = a != outside_.end() && (b == now.outside_.end() || a->first <= b->first);
    const bool has_b = b != now.outside_.end() && (a == outside_.end() || b->first <= a->first);
    compare(has_a ? a->first : b->first, has_a ? &a->second : nullptr,
            has_b ? &b->second : nullptr);
    if (has_a) ++a;
    if (has_b) ++b;
  }
  if (count == 0) return Ok{};
  if (count > kChangesShown) changes += "; and " + std::to_string(count - kChangesShown) + " more";
  return Error::Because("check that nothing outside the run's blocks has changed in", storage,
                        "misdirected: " + changes);
}

}  // namespace dualpath::guest
