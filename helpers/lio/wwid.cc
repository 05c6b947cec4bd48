#include "helpers/lio/wwid.h"

#include <cctype>

namespace dualpath::lio {

Result<std::string> WwidFromSerial(const std::string& serial) {
  constexpr std::size_t kDigits = 25;
  std::string digits;
  for (const char c : serial) {
    if (digits.size() == kDigits) break;
    const auto byte = static_cast<unsigned char>(c);
    if (std::isxdigit(byte) != 0) digits += static_cast<char>(std::tolower(byte));
  }
  if (digits.empty()) {
    return Error::Because("compute WWID", "serial \"" + serial + "\"",
                          "must contain a hexadecimal digit");
  }
  digits.resize(kDigits, '0');
  return "36001405" + digits;
}

}  // namespace dualpath::lio
