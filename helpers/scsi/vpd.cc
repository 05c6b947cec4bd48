#include "helpers/scsi/vpd.h"

#include <algorithm>
#include <string>

namespace dualpath::scsi {
namespace {

constexpr std::size_t kHeaderBytes = 4;

/// Returns the page padded with zeros to `bytes`; fails if it has fewer than `least` bytes.
Result<Bytes> Padded(const Bytes& page, std::uint8_t code, std::size_t least, std::size_t bytes) {
  DUALPATH_TRY(const std::size_t payload, VpdPayloadBytes(page, code));
  if (kHeaderBytes + payload < least) {
    return Error::Because("parse VPD page " + Hex(code), std::to_string(page.size()) + " bytes",
                          "the page must have at least " + std::to_string(least) + " bytes");
  }
  Bytes padded(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes + payload));
  padded.resize(std::max(padded.size(), bytes));
  return padded;
}

}  // namespace

Result<std::size_t> VpdPayloadBytes(const Bytes& page, std::uint8_t code) {
  const std::string operation = "parse VPD page " + Hex(code);
  const std::string object = std::to_string(page.size()) + " bytes";
  if (page.size() < kHeaderBytes) {
    return Error::Because(operation, object, "the header is incomplete");
  }
  if (page[1] != code) return Error::Because(operation, object, "this is page " + Hex(page[1]));
  const std::size_t length = Get(page, 2, 2);
  if (page.size() < kHeaderBytes + length) {
    return Error::Because(
        operation, object,
        "the header announces " + std::to_string(kHeaderBytes + length) + " bytes");
  }
  return length;
}

Result<BlockLimits> ParseBlockLimitsPage(const Bytes& page) {
  DUALPATH_TRY(const Bytes data, Padded(page, kBlockLimitsPage, 16, 64));
  BlockLimits limits;
  limits.write_same_nonzero = (data[4] & 0x01U) != 0;
  limits.optimal_transfer_granularity = static_cast<std::uint32_t>(Get(data, 6, 2));
  limits.maximum_transfer = static_cast<std::uint32_t>(Get(data, 8, 4));
  limits.optimal_transfer = static_cast<std::uint32_t>(Get(data, 12, 4));
  limits.maximum_unmap_blocks = static_cast<std::uint32_t>(Get(data, 20, 4));
  limits.maximum_unmap_descriptors = static_cast<std::uint32_t>(Get(data, 24, 4));
  limits.optimal_unmap_granularity = static_cast<std::uint32_t>(Get(data, 28, 4));
  limits.maximum_write_same = Get(data, 36, 8);
  return limits;
}

Result<LogicalBlockProvisioning> ParseLogicalBlockProvisioningPage(const Bytes& page) {
  DUALPATH_TRY(const Bytes data, Padded(page, kLogicalBlockProvisioningPage, 7, 8));
  LogicalBlockProvisioning provisioning;
  provisioning.unmap = (data[5] & 0x80U) != 0;
  provisioning.write_same_16 = (data[5] & 0x40U) != 0;
  provisioning.write_same_10 = (data[5] & 0x20U) != 0;
  provisioning.reads_zeros = (data[5] & 0x1cU) == 0x04U;
  provisioning.provisioning = data[6] & 0x07U;
  return provisioning;
}

}  // namespace dualpath::scsi
