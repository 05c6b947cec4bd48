#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dualpath::scsi {

using Bytes = std::vector<std::uint8_t>;

/// Numbers in CDBs and in SCSI data are big-endian.
/// Precondition of both: the `width` bytes from `at` on are there.
inline std::uint64_t Get(const Bytes& bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8U | bytes[at + i];
  return value;
}
inline void Put(Bytes& bytes, std::size_t at, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i) {
    bytes[at + width - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

/// "0x2a", at least `digits` of them.
std::string Hex(std::uint64_t value, int digits = 2);

/// "70 00 05": all of them, or the first `most` and how many follow.
std::string HexDump(const Bytes& bytes, std::size_t most = 64);

}  // namespace dualpath::scsi
