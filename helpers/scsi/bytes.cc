#include "helpers/scsi/bytes.h"

#include <cinttypes>
#include <cstdio>

namespace dualpath::scsi {

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
