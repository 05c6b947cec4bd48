#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::scsi {

/// Scans all of SCSI host `host` (/sys/class/scsi_host/hostN/scan). The kernel has added the
/// devices when this returns; their sdX may follow a moment later (`Disk::Await`).
///
/// Always writes "- - -": tcm_loop hosts reject a specific target and LUN with EINVAL, because
/// their max_lun is 0.
Status Rescan(unsigned host, const std::string& sysfs = "/sys");

}  // namespace dualpath::scsi
