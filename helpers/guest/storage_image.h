#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/guest/wire/block_content.h"

namespace dualpath::guest {

/// Bytes `begin` to `end` of the storage, `end` excluded.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  bool Overlaps(const ByteRange& other) const { return begin < other.end && other.begin < end; }
};

/// Content of a storage file at some time: the bytes of one range, and hashes of all others. Reads
/// only the data of a sparse file (SEEK_DATA): a file of 1 GiB with 4 MiB of data takes some
/// milliseconds, in a lab under emulation some 50.
class StorageImage {
 public:
  /// `range` is aligned to sectors. The file is read through the page cache, to which a buffered
  /// fileio backstore of LIO writes: this is what LIO returns, not necessarily what is on the disk
  /// below.
  static Result<StorageImage> Take(const std::string& storage, const ByteRange& range);

  const ByteRange& range() const { return range_; }

  /// Returns bytes of the range.
  std::string Read(std::uint64_t begin, std::size_t size) const;

  /// Compares the storage with this image outside of its range and of `except`. An error names the
  /// first sectors that differ and both contents; a write of `block_bytes` that begins there is
  /// identified.
  Status SameElsewhere(const std::string& storage, const std::vector<ByteRange>& except,
                       std::uint32_t block_bytes) const;

 private:
  static constexpr std::size_t kPageBytes = 4096;

  /// A page with data.
  struct Page {
    std::array<std::uint32_t, kPageBytes / kSectorBytes> sectors{};  ///< hashes; 0: zeros
    BlockIdentity write{};  ///< first write whose header it has; zeros if none
  };

  std::string DescribeChange(const Page* before, std::size_t sector, const std::string& storage,
                             std::uint64_t at, std::uint32_t block_bytes) const;

  ByteRange range_;
  std::map<std::uint64_t, std::string> inside_;  ///< data by its offset, without the holes
  std::map<std::uint64_t, Page> outside_;        ///< pages by number, without those of zeros
};

}  // namespace dualpath::guest
