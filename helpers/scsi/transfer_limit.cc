#include "helpers/scsi/transfer_limit.h"

#include <filesystem>
#include <system_error>

#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::scsi {
namespace {

Result<std::string> AttributeOf(const std::string& device, const std::string& sysfs) {
  std::error_code failure;
  const std::filesystem::path node = std::filesystem::canonical(device, failure);
  if (failure) return Error::Because("look up", device, failure.message());
  return sysfs + "/class/block/" + node.filename().string() + "/queue/max_sectors_kb";
}

}  // namespace

Result<std::uint32_t> TransferLimitKib(const std::string& device, const std::string& sysfs) {
  DUALPATH_TRY(const std::string attribute, AttributeOf(device, sysfs));
  DUALPATH_TRY(const std::string text, ReadAttribute(attribute));
  const auto kib = ParseWhole<std::uint32_t>(text);
  if (!kib) {
    return Error::Because("read the transfer limit", attribute, "\"" + text + "\" is not a number");
  }
  return *kib;
}

Status SetTransferLimitKib(const std::string& device, std::uint32_t kib, const std::string& sysfs) {
  DUALPATH_TRY(const std::string attribute, AttributeOf(device, sysfs));
  return WriteAttribute(attribute, std::to_string(kib));
}

}  // namespace dualpath::scsi
