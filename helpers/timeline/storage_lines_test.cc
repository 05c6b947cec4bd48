#include "helpers/timeline/storage_lines.h"

#include <gtest/gtest.h>

namespace dualpath::timeline {
namespace {

TEST(IsAboutStorage, AcceptsDisksTransportsMapsAndFilesystems) {
  for (const char* message :
       {"sd 3:0:1:0: [sdb] Synchronizing SCSI cache", "scsi 3:0:1:0: alua: Detached",
        "device-mapper: multipath: 253:0: Failing path 8:16.",
        "blk_update_request: I/O error, dev sdb, sector 8", "dm-0: some I/O error",
        " rport-3:0-1: blocked FC remote port time out", "lpfc 0000:04:00.0: link down",
        "EXT4-fs (dm-1): mounted", "INFO: task fio:12 blocked for more than 120 seconds."}) {
    EXPECT_TRUE(IsAboutStorage(message)) << message;
  }
}

TEST(IsAboutStorage, RejectsOtherSubsystems) {
  for (const char* message : {"", "usb 1-1: new high-speed USB device", "eth0: link up",
                              "audit: type=1400", "systemd[1]: Started Session 1"}) {
    EXPECT_FALSE(IsAboutStorage(message)) << message;
  }
}

}  // namespace
}  // namespace dualpath::timeline
