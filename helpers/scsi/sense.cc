#include "helpers/scsi/sense.h"

#include <algorithm>

#include "helpers/scsi/bytes.h"

namespace dualpath::scsi {

std::string ToString(SenseKey key) {
  switch (key) {
    case SenseKey::kNoSense:
      return "NO SENSE";
    case SenseKey::kRecoveredError:
      return "RECOVERED ERROR";
    case SenseKey::kNotReady:
      return "NOT READY";
    case SenseKey::kMediumError:
      return "MEDIUM ERROR";
    case SenseKey::kHardwareError:
      return "HARDWARE ERROR";
    case SenseKey::kIllegalRequest:
      return "ILLEGAL REQUEST";
    case SenseKey::kUnitAttention:
      return "UNIT ATTENTION";
    case SenseKey::kDataProtect:
      return "DATA PROTECT";
    case SenseKey::kBlankCheck:
      return "BLANK CHECK";
    case SenseKey::kVendorSpecific:
      return "VENDOR SPECIFIC";
    case SenseKey::kCopyAborted:
      return "COPY ABORTED";
    case SenseKey::kAbortedCommand:
      return "ABORTED COMMAND";
    case SenseKey::kVolumeOverflow:
      return "VOLUME OVERFLOW";
    case SenseKey::kMiscompare:
      return "MISCOMPARE";
    case SenseKey::kCompleted:
      return "COMPLETED";
  }
  return "sense key " + Hex(static_cast<unsigned>(key), 1);
}

Result<Sense> Sense::Parse(const std::uint8_t* data, std::size_t size) {
  const std::string object = std::to_string(size) + " bytes";
  if (size == 0) return Error::Because("parse sense data", object, "no data");
  const unsigned response_code = data[0] & 0x7fU;
  const bool fixed = response_code == 0x70 || response_code == 0x71;
  const bool descriptor = response_code == 0x72 || response_code == 0x73;
  if (!fixed && !descriptor) {
    return Error::Because("parse sense data", object,
                          "response code " + Hex(response_code, 2) + " is not 0x70 to 0x73");
  }
  const std::size_t key_at = fixed ? 2 : 1;
  if (size <= key_at) {
    return Error::Because("parse sense data", object, "the sense key is missing");
  }
  // In the fixed format, ADDITIONAL SENSE LENGTH (byte 7) is the number of valid bytes from byte 8.
  const std::size_t valid = fixed && size > 7 ? std::min<std::size_t>(size, 8U + data[7]) : size;
  const auto byte = [&](std::size_t at) -> std::uint8_t { return at < valid ? data[at] : 0; };
  Sense sense;
  sense.key = static_cast<SenseKey>(data[key_at] & 0x0fU);
  sense.asc = byte(fixed ? 12 : 2);
  sense.ascq = byte(fixed ? 13 : 3);
  sense.deferred = response_code == 0x71 || response_code == 0x73;
  return sense;
}

std::string Sense::ToString() const {
  return scsi::ToString(key) + ", asc " + Hex(asc, 2) + ", ascq " + Hex(ascq, 2) +
         (deferred ? ", deferred" : "");
}

}  // namespace dualpath::scsi
