#include "helpers/guest/on_disk.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "helpers/base/unique_fd.h"

namespace dualpath::guest {
namespace {

constexpr std::uint64_t kFileSystemBlock = 4096;

/// Data that are allocated but not written yet, so that they read as zeros after a loss of power.
constexpr std::uint32_t kNotOnDisk = FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_UNWRITTEN;
constexpr std::uint32_t kNotPlain =
    FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_DATA_INLINE | FIEMAP_EXTENT_NOT_ALIGNED;

/// Returns the extents of the range, without writing anything back (FIEMAP_FLAG_SYNC would).
Result<std::vector<fiemap_extent>> ExtentsOf(int fd, const std::string& file,
                                             const ByteRange& range) {
  constexpr std::uint32_t kMost = 512;
  std::vector<fiemap_extent> extents;
  std::uint64_t at = range.begin;
  while (at < range.end) {
    std::vector<std::uint64_t> memory(
        (sizeof(fiemap) + kMost * sizeof(fiemap_extent)) / sizeof(std::uint64_t) + 1);
    auto* map = reinterpret_cast<fiemap*>(memory.data());
    map->fm_start = at;
    map->fm_length = range.end - at;
    map->fm_extent_count = kMost;
    if (::ioctl(fd, FS_IOC_FIEMAP, map) != 0) {
      return Error::FromErrno("ask where the data are of", file,
                              errno == ENOTTY ? EOPNOTSUPP : errno);
    }
    extents.insert(extents.end(), map->fm_extents, map->fm_extents + map->fm_mapped_extents);
    if (map->fm_mapped_extents < kMost) break;
    at = extents.back().fe_logical + extents.back().fe_length;
  }
  return extents;
}

Status CopyExtent(int device, int copy, const std::string& file, const fiemap_extent& extent,
                  const ByteRange& range) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  const std::unique_ptr<char, decltype(&std::free)> buffer(
      static_cast<char*>(std::aligned_alloc(kFileSystemBlock, kMost)), &std::free);
  const std::uint64_t begin = extent.fe_logical;
  const std::uint64_t end = std::min<std::uint64_t>(range.end, begin + extent.fe_length);
  for (std::uint64_t at = std::max(range.begin, begin); at < end;) {
    const std::size_t size = std::min<std::uint64_t>(kMost, end - at);
    const auto from = static_cast<off_t>(extent.fe_physical + (at - begin));
    if (::pread(device, buffer.get(), size, from) != static_cast<ssize_t>(size)) {
      return Error::FromErrno("read from the device below", file, errno);
    }
    if (::pwrite(copy, buffer.get(), size, static_cast<off_t>(at)) != static_cast<ssize_t>(size)) {
      return Error::FromErrno("copy what is on disk of", file, errno);
    }
    at += size;
  }
  return Ok{};
}

}  // namespace

Status CopyWhatIsOnDisk(const std::string& file, const ByteRange& range, const std::string& copy) {
  const ByteRange wide{range.begin / kFileSystemBlock * kFileSystemBlock,
                       (range.end + kFileSystemBlock - 1) / kFileSystemBlock * kFileSystemBlock};
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return Error::FromErrno("open", file, errno);
  DUALPATH_TRY(const std::vector<fiemap_extent> extents, ExtentsOf(fd.get(), file, wide));
  // An anonymous device number (major 0) is that of a file system on several devices or on none.
  const std::string device_path = "/dev/block/" + std::to_string(major(status.st_dev)) + ":" +
                                  std::to_string(minor(status.st_dev));
  const UniqueFd device(::open(device_path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
  if (!device) {
    return Error::FromErrno("open the device below " + file, device_path,
                            errno == ENOENT ? EOPNOTSUPP : errno);
  }
  const UniqueFd to(::open(copy.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!to || ::ftruncate(to.get(), status.st_size) != 0) {
    return Error::FromErrno("create", copy, errno);
  }
  for (const fiemap_extent& extent : extents) {
    if ((extent.fe_flags & kNotOnDisk) != 0) continue;
    if ((extent.fe_flags & (kNotPlain | FIEMAP_EXTENT_UNKNOWN)) != 0) {
      return Error::FromErrno("find on the device below", file, EOPNOTSUPP);
    }
    DUALPATH_TRY_STATUS(CopyExtent(device.get(), to.get(), file, extent, wide));
  }
  return Ok{};
}

}  // namespace dualpath::guest
