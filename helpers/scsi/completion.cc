#include "helpers/scsi/completion.h"

#include <array>
#include <cstdio>
#include <system_error>
#include <utility>

namespace dualpath::scsi {

void Completion::SetSense(Bytes bytes) {
  raw_sense = std::move(bytes);
  const Result<Sense> decoded = Sense::Parse(raw_sense);
  sense = decoded.ok() ? std::optional<Sense>(*decoded) : std::nullopt;
}

bool Completion::Ok() const {
  return error_number == 0 && status == ScsiStatus::kGood && host_byte == HostByte::kOk &&
         driver_byte == 0;
}

std::string Completion::ToString() const {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), " after %.3f s",
                std::chrono::duration<double>(Took()).count());
  std::string text = command + ": ";
  if (error_number != 0) {
    return text + "SG_IO failed with " + std::generic_category().message(error_number) +
           " (errno " + std::to_string(error_number) + ")" + seconds.data();
  }
  text += scsi::ToString(status) + ", " + scsi::ToString(host_byte);
  if (driver_byte != 0) text += ", driver byte " + Hex(driver_byte);
  if (sense) {
    text += "; " + sense->ToString();
  } else if (!raw_sense.empty()) {
    text += "; sense bytes " + HexDump(raw_sense);
  }
  if (Ok() && !data.empty()) text += "; " + std::to_string(data.size()) + " bytes in";
  if (residual != 0) text += "; residual " + std::to_string(residual);
  return text + seconds.data();
}

std::ostream& operator<<(std::ostream& out, const Completion& completion) {
  return out << completion.ToString();
}

std::ostream& operator<<(std::ostream& out, const Result<Completion>& result) {
  return result.ok() ? out << *result : out << "an error: " << result.error().ToString();
}

}  // namespace dualpath::scsi
