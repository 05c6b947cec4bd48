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

TEST(IsTopologyLine, AcceptsEachKindOfLine) {
  for (const char* line : {"mpathc (360014052d347b7c8b8041e9bc817234e) dm-0 LIO-ORG ,storage",
                           "size=1.0G features='1 queue_if_no_path' hwhandler='0' wp=rw",
                           "|-+- policy='service-time 0' prio=1 status=active",
                           "| `- 3:0:1:0 sdb 8:16 active ready running",
                           "  `- #:#:#:# -   #:#  failed faulty unknown"}) {
    EXPECT_TRUE(IsTopologyLine(line)) << line;
  }
}

TEST(IsTopologyLine, RejectsOtherLines) {
  for (const char* line : {"", "garbage", "- item", "a - 3:0:1:0", "- 3:0:1 sdb", "size=1.0G",
                           "a dm-x, b", "see dm-0"}) {
    EXPECT_FALSE(IsTopologyLine(line)) << line;
  }
}

}  // namespace
}  // namespace dualpath::timeline
