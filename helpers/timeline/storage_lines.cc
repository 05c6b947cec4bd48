#include "helpers/timeline/storage_lines.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>

namespace dualpath::timeline {

using boost::contains;
using boost::starts_with;

bool IsAboutStorage(const std::string& message) {
  static constexpr std::array kPrefixes{"sd ",
                                        "scsi",
                                        "device-mapper",
                                        "multipath",
                                        "dm-",
                                        "blk_",
                                        "print_req_error",
                                        "Buffer ",
                                        "end_req",
                                        "lpfc",
                                        "qla2xxx",
                                        "qedf",
                                        "qedi",
                                        "bnx2",
                                        "fnic",
                                        "mpt",
                                        "megaraid",
                                        "iscsi",
                                        "nvme",
                                        "rport",
                                        "EXT4-fs",
                                        "XFS",
                                        "JBD2",
                                        "INFO: task",
                                        "connection",
                                        "session",
                                        "TARGET_",
                                        "tcm_",
                                        "alua",
                                        "critical",
                                        "sr ",
                                        "rdac",
                                        "emc",
                                        "hpsa",
                                        "smartpqi",
                                        "Aborting journal",
                                        "quiet_error",
                                        "loopback: ",
                                        "virtio_scsi",
                                        "zfcp"};
  static constexpr std::array kContains{"I/O error", "multipath", "rport-", "[sd", "Power-on or"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](const char* prefix) { return starts_with(message, prefix); }) ||
         std::any_of(kContains.begin(), kContains.end(),
                     [&](const char* text) { return contains(message, text); });
}

}  // namespace dualpath::timeline
