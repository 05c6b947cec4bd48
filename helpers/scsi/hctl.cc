#include "helpers/scsi/hctl.h"

#include <array>
#include <charconv>

namespace dualpath::scsi {

Result<Hctl> Hctl::Parse(const std::string& text) {
  std::array<unsigned, 4> numbers{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  bool good = true;
  for (std::size_t i = 0; i < numbers.size() && good; ++i) {
    if (i > 0) good = at != end && *at++ == ':';
    if (!good) break;
    const auto [next, ec] = std::from_chars(at, end, numbers[i]);
    good = ec == std::errc();
    at = next;
  }
  if (!good || at != end) {
    return Error::Because("parse H:C:T:L", "\"" + text + "\"",
                          "must be four numbers separated by colons, as in 3:0:1:0");
  }
  return Hctl{numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::string Hctl::ToString() const {
  return std::to_string(host) + ":" + std::to_string(channel) + ":" + std::to_string(target) + ":" +
         std::to_string(lun);
}

}  // namespace dualpath::scsi
