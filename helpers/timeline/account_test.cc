#include "helpers/timeline/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/timeline/account_text.h"

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;

Account Read(const std::string& name) {
  IncidentOptions options;
  options.files = {std::string(DUALPATH_SOURCE_DIRECTORY) + "/helpers/timeline/testdata/" + name};
  options.first_year = 2022;
  auto incident = ReadIncident(options);
  EXPECT_TRUE(incident.ok()) << incident.error().ToString();
  return incident.ok() ? Tell(*incident) : Account();
}

TEST(Account, TellsTheArticlesFailover) {
  EXPECT_THAT(
      Sentences(Read("article.log")),
      ElementsAre("mpathc: 2 paths known. queue_if_no_path: set, so without a path I/O is held, "
                  "not failed; no_path_retry: not in this log; failback: not in this log.",
                  "Path 3:0:1:0 (sdb) was lost at 2022-05-20 06:17:50 (deleted); first in the log "
                  "is the kernel: \"sd 3:0:1:0: [sdb] Synchronizing SCSI cache\"; that it came "
                  "back is not in this log.",
                  "mpathc always had at least 1 path in this log, so its I/O could go on."));
}

TEST(Account, TellsAllPathsDown) {
  EXPECT_THAT(
      Sentences(Read("all-paths-down.log")),
      ElementsAre("mpatha: 2 paths known. queue_if_no_path: not in this log; no_path_retry: 10, so "
                  "it is held for that many checks, then fails; failback: not in this log.",
                  "Path 8:16 was lost at 2024-03-05 10:00:00 (failed); first in the log is the "
                  "kernel: \"device-mapper: multipath: 253:0: Failing path 8:16.\"; that it came "
                  "back is not in this log.",
                  "Path 8:32 was lost at 2024-03-05 10:00:05 (failed); first in the log is "
                  "multipathd's checker: \"checker failed path 8:32 in map mpatha\"; it came back "
                  "at 2024-03-05 10:01:25, after 80.0 s.",
                  "No path was usable, and I/O was queued from 2024-03-05 10:00:05 to 2024-03-05 "
                  "10:00:55, for 50.0 s.",
                  "Queueing had ended, and I/O failed from 2024-03-05 10:00:55 to 2024-03-05 "
                  "10:01:25, for 30.0 s."));
}

TEST(Account, TellsAFileSystemThatIsOnAPath) {
  EXPECT_THAT(
      Sentences(Read("file-system-on-a-path.log")),
      ElementsAre("mpathb: 2 paths known. queue_if_no_path: set, so without a path I/O is held, "
                  "not failed; no_path_retry: not in this log; failback: not in this log.",
                  "Path 2:0:0:1 (sdb) was lost at 2023-07-11 09:00:54 (failed); first in the log "
                  "is multipathd's checker: \"checker failed path 8:16 in map mpathb\"; that it "
                  "came back is not in this log.",
                  "mpathb always had at least 1 path in this log, so its I/O could go on.",
                  "The file system on sdb1 stopped writing at 2023-07-11 09:00:49: \"EXT4-fs "
                  "(sdb1): Remounting filesystem read-only\".",
                  "Why: it is on sdb1 itself, not on a map, so no other path could take its I/O."));
}

TEST(Account, TellsAFileSystemWhoseMapStoppedQueueing) {
  EXPECT_THAT(Sentences(Read("queueing-ended.log")),
              ElementsAre("mpathd: 2 paths known. queue_if_no_path: set, so without a path I/O is "
                          "held, not failed; no_path_retry: 12, so it is held for that many "
                          "checks, then fails; failback: not in this log.",
                          "Path 1:0:0:3 (sdf) was lost at 2022-06-02 03:10:00 (failed); first in "
                          "the log is the kernel: \"device-mapper: multipath: 253:3: Failing path "
                          "8:80.\"; that it came back is not in this log.",
                          "Path 2:0:0:3 (sdg) was lost at 2022-06-02 03:10:03 (failed); first in "
                          "the log is the kernel: \"device-mapper: multipath: 253:3: Failing path "
                          "8:96.\"; that it came back is not in this log.",
                          "No path was usable, and I/O was queued from 2022-06-02 03:10:03 to "
                          "2022-06-02 03:11:03, for about 60.0 s.",
                          "Queueing had ended, and I/O failed from 2022-06-02 03:11:03; its end is "
                          "not in this log.",
                          "The file system on dm-3 stopped writing at 2022-06-02 03:11:03: "
                          "\"EXT4-fs (dm-3): Remounting filesystem read-only\".",
                          "Why: mpathd had no path, and queueing had ended, so its I/O failed."));
}

TEST(Account, TellsAnErrorThatNoOtherPathCanHelpWith) {
  EXPECT_THAT(
      Sentences(Read("reservation-conflict.log")),
      ElementsAre("mpathe: 4 paths known. queue_if_no_path: set, so without a path I/O is held, "
                  "not failed; no_path_retry: not in this log; failback: not in this log.",
                  "Path 1:0:0:1 (sdb) was lost at 7001.000 s since boot (failed); first in the log "
                  "is the kernel: \"device-mapper: multipath: 253:2: Failing path 8:16.\"; that it "
                  "came back is not in this log.",
                  "Whether I/O was queued, or failed for lack of a path, is not in this log.",
                  "The file system on dm-2 stopped writing at 7004.500 s since boot: \"XFS (dm-2): "
                  "xfs_do_force_shutdown(0x2) called from line 1203 of file fs/xfs/xfs_log.c.\".",
                  "Why: mpathe still had 3 paths of 4, so the loss of a path alone does not "
                  "explain it; dm-multipath does not retry this error on another path: "
                  "\"blk_update_request: critical nexus error, dev dm-2, sector 2048\"."));
}

TEST(Account, TellsAGuestThatWasPausedAndDidNotGoOn) {
  EXPECT_THAT(
      Sentences(Read("guest-paused.log")),
      ElementsAre(
          "mpatha: 2 paths known. queue_if_no_path: not set, so without a path I/O fails at once; "
          "no_path_retry: not in this log; failback: not in this log.",
          "Path 8:16 was lost at 2026-11-29 06:02:00 (failed); first in the log is the kernel: "
          "\"device-mapper: multipath: 253:0: Failing path 8:16.\"; it came back at 2026-11-29 "
          "06:02:40, after 40.0 s.",
          "Path 8:32 was lost at 2026-11-29 06:02:00 (failed); first in the log is the kernel: "
          "\"device-mapper: multipath: 253:0: Failing path 8:32.\"; it came back at 2026-11-29 "
          "06:02:41, after 41.0 s.",
          "No path was usable from 2026-11-29 06:02:00 to 2026-11-29 06:02:40, for 40.0 s; without "
          "queue_if_no_path, I/O failed.",
          "The guest was paused at 2026-11-29 06:02:00: \"event 'io-error' for domain 'vm1': "
          "/dev/mapper/mpatha (ua-disk0) pause due to unknown\".",
          "Why: its disk had an I/O error, and the error policy is to stop. mpatha had no usable "
          "path left, and without queue_if_no_path its I/O failed at once.",
          "That it went on is not in this log: QEMU does not resume a guest that it stopped for an "
          "I/O error, also not when the paths are back; `virsh resume` does."));
}

TEST(Account, TellsAPathThatFlaps) {
  EXPECT_THAT(
      Sentences(Read("flapping.log")),
      ElementsAre(
          "mpathg: 2 paths known. queue_if_no_path: set, so without a path I/O is held, not "
          "failed; no_path_retry: not in this log; failback: see the switches of groups.",
          "Path sdb was lost at 2022-11-03 01:00:10 (failed); first in the log is multipathd's "
          "checker: \"mpathg: sdb - tur checker reports path is down\"; it was lost 2 times, the "
          "last time at 2022-11-03 01:05:10; it came back at 2022-11-03 01:05:40, after about 30.0 "
          "s.",
          "mpathg always had at least 1 path in this log, so its I/O could go on.",
          "multipathd switched the path group to 2 at 2022-11-03 01:00:10, to 1 at 2022-11-03 "
          "01:00:20, to 2 at 2022-11-03 01:05:10, to 1 at 2022-11-03 01:05:40."));
}

TEST(Account, ClaimsNothingThatIsNotInTheLog) {
  EXPECT_THAT(Sentences(Account()), ElementsAre("Maps and paths: not in this log."));
}

TEST(Account, IsJson) {
  const nlohmann::json account = ToJson(Read("all-paths-down.log"));
  EXPECT_EQ(account["clock"], "wall");
  const nlohmann::json& map = account["maps"][0];
  EXPECT_EQ(map["name"], "mpatha");
  EXPECT_EQ(map["no_path_retry"], 10);
  EXPECT_TRUE(map["queue_if_no_path"].is_null()) << "not in this log";
  EXPECT_EQ(map["losses"].size(), 2U);
  EXPECT_EQ(map["losses"][0]["noticed_by"], "the kernel");
  EXPECT_TRUE(map["losses"][0]["regained_us"].is_null());
  const auto begin_us = map["queued"][0]["begin_us"].get<std::int64_t>();
  EXPECT_EQ(map["queued"][0]["end_us"].get<std::int64_t>() - begin_us, 49990000);
  EXPECT_EQ(account["sentences"].size(), Sentences(Read("all-paths-down.log")).size());
}

}  // namespace
}  // namespace dualpath::timeline
