#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::scsi {

/// Scans all of SCSI host `host` (/sys/class/scsi_host/hostN/scan). The kernel has added the
/// devices when this returns; their sdX may follow a moment later (`Disk::Await`).
///
/// Always "- - -": tcm_loop hosts refuse a given target and LUN with EINVAL, as max_lun is 0.
Status Rescan(unsigned host, const std::string& sysfs = "/sys");

}  // namespace dualpath::scsi
