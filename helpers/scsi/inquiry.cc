#include "helpers/scsi/inquiry.h"

#include <fcntl.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "helpers/base/unique_fd.h"
#include "helpers/scsi/sense.h"

namespace dualpath::scsi {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kInquiry = 0x12;
constexpr std::uint8_t kUnitSerialPage = 0x80;
constexpr std::uint8_t kDeviceIdentificationPage = 0x83;
// Standard INQUIRY data are asked for with one byte of length, which SCSI-2 devices understand too.
constexpr std::size_t kStandardLength = 0xff;
constexpr std::size_t kPageLength = 0x400;

std::string Hex(unsigned value) {
  char text[8];
  std::snprintf(text, sizeof text, "%02x", value & 0xffU);
  return text;
}

/// Bytes as text, without the blanks and NULs that fields are padded with.
std::string Field(const Bytes& data, std::size_t at, std::size_t length) {
  std::string text(data.begin() + static_cast<std::ptrdiff_t>(at),
                   data.begin() + static_cast<std::ptrdiff_t>(at + length));
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// The payload's size of a VPD page, after checking that it is the page and that it is whole.
Result<std::size_t> PayloadOf(const Bytes& page, std::uint8_t code, const std::string& operation) {
  const std::string object = std::to_string(page.size()) + " bytes";
  if (page.size() < 4) return Error::Because(operation, object, "the page has no whole header");
  if (page[1] != code) {
    return Error::Because(operation, object, "this is page 0x" + Hex(page[1]));
  }
  const std::size_t length = page[2] * 256U + page[3];
  if (page.size() < 4 + length) {
    return Error::Because(operation, object,
                          "the page says it has " + std::to_string(4 + length) + " bytes");
  }
  return length;
}

Result<Bytes> SendInquiry(const std::string& device, bool vital_product_data, std::uint8_t page,
                          Deadline deadline) {
  const std::string operation =
      vital_product_data ? "inquire VPD page 0x" + Hex(page) : std::string("inquire");
  const UniqueFd fd(::open(device.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return Error::FromErrno(operation, device, errno);

  Bytes data(vital_product_data ? kPageLength : kStandardLength);
  std::array<std::uint8_t, 6> command{kInquiry,
                                      static_cast<std::uint8_t>(vital_product_data),
                                      page,
                                      static_cast<std::uint8_t>(data.size() >> 8U),
                                      static_cast<std::uint8_t>(data.size() & 0xffU),
                                      0};
  std::array<std::uint8_t, 64> sense_bytes{};
  sg_io_hdr_t request{};
  request.interface_id = 'S';
  request.dxfer_direction = SG_DXFER_FROM_DEV;
  request.cmdp = command.data();
  request.cmd_len = static_cast<unsigned char>(command.size());
  request.dxferp = data.data();
  request.dxfer_len = static_cast<unsigned>(data.size());
  request.sbp = sense_bytes.data();
  request.mx_sb_len = static_cast<unsigned char>(sense_bytes.size());
  // Zero would mean the kernel's default of 60 s.
  request.timeout = static_cast<unsigned>(
      std::max<long long>(1, deadline.RemainingUpTo(std::chrono::minutes(10)).count()));
  if (::ioctl(fd.get(), SG_IO, &request) != 0) return Error::FromErrno(operation, device, errno);
  if ((request.info & SG_INFO_OK_MASK) != SG_INFO_OK) {
    std::string reason = "SCSI status 0x" + Hex(request.status) + ", host status 0x" +
                         Hex(request.host_status) + ", driver status 0x" +
                         Hex(request.driver_status);
    if (request.sb_len_wr > 0) {
      const auto sense = Sense::Parse(sense_bytes.data(), request.sb_len_wr);
      reason += "; " + (sense.ok() ? sense->ToString() : sense.error().ToString());
    }
    return Error::Because(operation, device, reason);
  }
  const int missing = std::clamp(request.resid, 0, static_cast<int>(data.size()));
  data.resize(data.size() - static_cast<std::size_t>(missing));
  return data;
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

Result<std::string> ParseUnitSerialPage(const Bytes& page) {
  DUALPATH_TRY(const std::size_t length, PayloadOf(page, kUnitSerialPage, "parse VPD page 0x80"));
  return Field(page, 4, length);
}

Result<std::string> ParseNaaDesignator(const Bytes& page) {
  constexpr unsigned kLogicalUnit = 0;
  constexpr unsigned kNaa = 3;
  DUALPATH_TRY(const std::size_t payload,
               PayloadOf(page, kDeviceIdentificationPage, "parse VPD page 0x83"));
  const std::size_t end = 4 + payload;
  std::string longest;
  for (std::size_t at = 4; at < end;) {
    const std::size_t length = at + 4 <= end ? page[at + 3] : end;
    if (at + 4 + length > end) {
      return Error::Because("parse VPD page 0x83", std::to_string(page.size()) + " bytes",
                            "the designator at byte " + std::to_string(at) + " is cut off");
    }
    const unsigned association = (page[at + 1] >> 4U) & 0x3U;
    const unsigned type = page[at + 1] & 0xfU;
    if (association == kLogicalUnit && type == kNaa && 2 * length > longest.size()) {
      longest.clear();
      for (std::size_t i = 0; i < length; ++i) longest += Hex(page[at + 4 + i]);
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
  DUALPATH_TRY(const Bytes data, SendInquiry(device, false, 0, deadline));
  return ParseStandardInquiry(data);
}

Result<std::string> ReadUnitSerial(const std::string& device, Deadline deadline) {
  DUALPATH_TRY(const Bytes page, SendInquiry(device, true, kUnitSerialPage, deadline));
  return ParseUnitSerialPage(page);
}

Result<std::string> ReadNaaDesignator(const std::string& device, Deadline deadline) {
  DUALPATH_TRY(const Bytes page, SendInquiry(device, true, kDeviceIdentificationPage, deadline));
  return ParseNaaDesignator(page);
}

}  // namespace dualpath::scsi
