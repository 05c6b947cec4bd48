#include "helpers/scsi/inquiry.h"

#include <algorithm>
#include <chrono>

#include "helpers/scsi/bytes.h"
#include "helpers/scsi/sg_io.h"
#include "helpers/scsi/vpd.h"

namespace dualpath::scsi {
namespace {

constexpr std::uint8_t kDeviceIdentificationPage = 0x83;

/// Returns the bytes as text, without the blanks and NULs that pad a field.
std::string Field(const Bytes& data, std::size_t at, std::size_t length) {
  std::string text(data.begin() + static_cast<std::ptrdiff_t>(at),
                   data.begin() + static_cast<std::ptrdiff_t>(at + length));
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Result<Bytes> Inquire(const std::string& device, Command command, const std::string& operation,
                      Deadline deadline) {
  // 0 would select the kernel's default of 60 s.
  command.timeout =
      std::max(std::chrono::milliseconds(1), deadline.RemainingUpTo(std::chrono::minutes(10)));
  const Result<Completion> completion = Execute(device, command);
  if (!completion.ok()) {
    return Error::FromErrno(operation, device, completion.error().error_number());
  }
  if (completion->error_number != 0) {
    return Error::FromErrno(operation, device, completion->error_number);
  }
  if (!completion->Ok()) return Error::Because(operation, device, completion->ToString());
  return completion->data;
}

Result<Bytes> InquirePage(const std::string& device, std::uint8_t page, Deadline deadline) {
  return Inquire(device, VpdInquiry(page), "read VPD page " + Hex(page), deadline);
}

}  // namespace

Result<Inquiry> ParseStandardInquiry(const Bytes& data) {
  constexpr std::size_t kThroughRevision = 36;
  if (data.size() < kThroughRevision) {
    return Error::Because("parse INQUIRY data", std::to_string(data.size()) + " bytes",
                          "vendor, product and revision end at byte 36");
  }
  Inquiry inquiry;
  inquiry.peripheral_type = data[0] & 0x1fU;
  inquiry.vendor = Field(data, 8, 8);
  inquiry.product = Field(data, 16, 16);
  inquiry.revision = Field(data, 32, 4);
  return inquiry;
}

Result<std::string> ParseNaaDesignator(const Bytes& page) {
  constexpr unsigned kLogicalUnit = 0;
  constexpr unsigned kNaa = 3;
  DUALPATH_TRY(const std::size_t payload, VpdPayloadBytes(page, kDeviceIdentificationPage));
  const std::size_t end = 4 + payload;
  std::string longest;
  for (std::size_t at = 4; at < end;) {
    const std::size_t length = at + 4 <= end ? page[at + 3] : end;
    if (at + 4 + length > end) {
      return Error::Because("parse VPD page 0x83", std::to_string(page.size()) + " bytes",
                            "the designator at byte " + std::to_string(at) + " is truncated");
    }
    const unsigned association = (page[at + 1] >> 4U) & 0x3U;
    const unsigned type = page[at + 1] & 0xfU;
    if (association == kLogicalUnit && type == kNaa && 2 * length > longest.size()) {
      longest.clear();
      for (std::size_t i = 0; i < length; ++i) longest += Hex(page[at + 4 + i]).substr(2);
    }
    at += 4 + length;
  }
  if (longest.empty()) {
    return Error::Because("parse VPD page 0x83", std::to_string(page.size()) + " bytes",
                          "the logical unit has no NAA designator");
  }
  return longest;
}

std::string WwidFromNaa(const std::string& designator) { return "3" + designator; }

Result<Inquiry> ReadStandardInquiry(const std::string& device, Deadline deadline) {
  DUALPATH_TRY(const Bytes data, Inquire(device, StandardInquiry(), "read INQUIRY data", deadline));
  return ParseStandardInquiry(data);
}

Result<std::string> ReadNaaDesignator(const std::string& device, Deadline deadline) {
  DUALPATH_TRY(const Bytes page, InquirePage(device, kDeviceIdentificationPage, deadline));
  return ParseNaaDesignator(page);
}

}  // namespace dualpath::scsi
