#include "helpers/scsi/host.h"

#include "helpers/base/file.h"

namespace dualpath::scsi {

Status Rescan(unsigned host, const std::string& sysfs) {
  const Status written =
      WriteAttribute(sysfs + "/class/scsi_host/host" + std::to_string(host) + "/scan", "- - -");
  if (!written.ok()) return written.error().While("rescan SCSI host " + std::to_string(host));
  return Ok{};
}

}  // namespace dualpath::scsi
