#include "helpers/scsi/bytes.h"

#include <cinttypes>
#include <cstdio>

namespace dualpath::scsi {

Result<std::size_t> EndOfData(const Bytes& data, std::size_t header, std::size_t length_at,
                              const std::string& operation) {
  const std::string object = std::to_string(data.size()) + " bytes";
  if (data.size() < header) return Error::Because(operation, object, "the header is incomplete");
  const std::size_t end = header + Get(data, length_at, 4);
  if (data.size() >= end) return end;
  return Error::Because(operation, object,
                        "the header announces " + std::to_string(end) + " bytes");
}

std::string Hex(std::uint64_t value, int digits) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%0*" PRIx64, digits, value);
  return text;
}

std::string HexDump(const Bytes& bytes, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size() && i < most; ++i) {
    text += (i == 0 ? "" : " ") + Hex(bytes[i]).substr(2);
  }
  if (bytes.size() > most) text += " and " + std::to_string(bytes.size() - most) + " more";
  return text;
}

}  // namespace dualpath::scsi
