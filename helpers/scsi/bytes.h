#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::scsi {

using Bytes = std::vector<std::uint8_t>;

/// Reads a big-endian number, as used in CDBs and SCSI data. Precondition of `Get` and `Put`:
/// `bytes` has at least `at + width` bytes.
inline std::uint64_t Get(const Bytes& bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8U | bytes[at + i];
  return value;
}

/// Writes a big-endian number.
inline void Put(Bytes& bytes, std::size_t at, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i) {
    bytes[at + width - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

/// Returns the end of data that begins with a header of `header` bytes, in which the four bytes at
/// `length_at` are the length of the rest. Fails with an error of `operation` if the data is
/// truncated.
Result<std::size_t> EndOfData(const Bytes& data, std::size_t header, std::size_t length_at,
                              const std::string& operation);

/// Returns "0x2a", with at least `digits` digits.
std::string Hex(std::uint64_t value, int digits = 2);

/// Returns "70 00 05", or "70 00 and 1 more" if there are more than `most` bytes.
std::string HexDump(const Bytes& bytes, std::size_t most = 64);

}  // namespace dualpath::scsi
