#include "helpers/observe/kernel_complaint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "helpers/matchers/status_matchers.h"

namespace dualpath::observe {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Lines of real kernels, 3.10 (RHEL 7) to 6.12.
TEST(KernelComplaint, IsKnownInEveryWording) {
  for (const char* line : {
           // BUG() and BUG_ON()
           "kernel BUG at drivers/target/target_core_tmr.c:412!",
           "invalid opcode: 0000 [#1] SMP ",
           "Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI",
           "Oops: 0000 [#1] SMP PTI",
           "Internal error: Oops - BUG: 00000000f2000800 [#1] SMP",
           "divide error: 0000 [#1] SMP",
           "general protection fault: 0000 [#1] SMP ",
           "general protection fault, probably for non-canonical address 0xdead000000000108: 0000 "
           "[#1]",
           "BUG: unable to handle kernel NULL pointer dereference at 0000000000000010",
           "BUG: unable to handle page fault for address: ffffc900009f7ff8",
           "BUG: kernel NULL pointer dereference, address: 0000000000000038",
           "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008",
           "Unable to handle kernel pointer dereference in virtual kernel address space",
           "Kernel panic - not syncing: Fatal exception",
           // WARN()
           "WARNING: at lib/list_debug.c:33 __list_add+0xbe/0xd0()",
           "WARNING: CPU: 0 PID: 1234 at drivers/target/target_core_transport.c:3019",
           "------------[ cut here ]------------",
           "list_add corruption. prev->next should be next (ffff8800), but was (null).",
           "list_del corruption. prev->next should be ffff88011c3d8a98, but was dead000000000100",
           "list_del corruption, ffff888107c0b398->next is LIST_POISON1 (dead000000000100)",
           "refcount_t: underflow; use-after-free.",
           "refcount_t: addition on 0; use-after-free.",
           "sysfs: cannot create duplicate filename '/devices/loopback_0/tcm_loop_adapter_0'",
           // hangs
           "INFO: task kworker/u4:2:1021 blocked for more than 120 seconds.",
           "INFO: task jbd2/dm-0-8:311 blocked for more than 241 seconds.",
           "BUG: soft lockup - CPU#0 stuck for 22s! [kworker/0:1:12]",
           "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [multipathd:431]",
           "NMI watchdog: Watchdog detected hard LOCKUP on cpu 0",
           "INFO: rcu_sched self-detected stall on CPU { 0}  (t=60001 jiffies g=1 c=0 q=3)",
           "INFO: rcu_sched detected stalls on CPUs/tasks: { 1} (detected by 0, t=60002 jiffies)",
           "rcu: INFO: rcu_preempt self-detected stall on CPU",
           "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-... } 6 jiffies",
           "rcu: rcu_sched kthread starved for 2501 jiffies! g1 f0x2 RCU_GP_WAIT_FQS(5)",
           "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 31s!",
           // sanitizers and slab debugging
           "BUG: KASAN: slab-use-after-free in transport_generic_free_cmd+0x1c/0x1d0",
           "BUG: KASAN: use-after-free in tcm_loop_queue_status+0x20/0xa0 at addr ffff8800",
           "BUG: KCSAN: data-race in dm_mpath_end_io / dm_mpath_map",
           "UBSAN: shift-out-of-bounds in drivers/scsi/sd.c:3124:38",
           "BUG kmalloc-64 (Not tainted): Poison overwritten",
           "BUG kmalloc-256 (Tainted: G    B           OE  ): Object already free",
           // lockdep
           "[ INFO: possible circular locking dependency detected ]",
           "WARNING: possible circular locking dependency detected",
           "WARNING: possible recursive locking detected",
           "[ INFO: inconsistent lock state ]",
           "WARNING: inconsistent lock state",
           "[ INFO: suspicious RCU usage. ]",
           "WARNING: suspicious RCU usage",
           "[ BUG: bad unlock balance detected! ]",
           "INFO: trying to register non-static key.",
           "BUG: scheduling while atomic: kworker/0:1/12/0x00000002",
           "BUG: sleeping function called from invalid context at mm/slub.c:930",
           // the remains of a complaint whose first line is unknown
           "Call Trace:",
           "Call trace:",
       }) {
    EXPECT_TRUE(IsKernelComplaint(line)) << line;
  }
}

TEST(KernelComplaint, IsNoLineOfAnOrdinaryFault) {
  for (const char* line : {
           "",
           "dualpath: Failover.DeletingTheActivePathMovesIoToTheOther begins",
           "sd 3:0:1:0: [sda] Synchronizing SCSI cache",
           "sd 3:0:1:0: rejecting I/O to offline device",
           "sd 2:0:1:0: [sdb] tag#7 FAILED Result: hostbyte=DID_TRANSPORT_DISRUPTED "
           "driverbyte=DRIVER_OK",
           "blk_update_request: I/O error, dev sda, sector 8 op 0x1:(WRITE) flags 0x800",
           "device-mapper: multipath: 253:0: Failing path 8:16.",
           "device-mapper: multipath service-time: version 0.3.0 loaded",
           "Buffer I/O error on dev dm-0, logical block 0, async page read",
           "TARGET_CORE[loopback]: Detected NON_EXISTENT_LUN Access for 0x00000000",
           "ABORT_TASK: Found referenced loopback task_tag: 42",
           "tcm_loop_driver_remove: removed 3",
           "perf: interrupt took too long (2533 > 2500), lowering "
           "kernel.perf_event_max_sample_rate",
           "Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible!",
           // programs
           "sh[431]: segfault at 18 ip 00007f0c sp 00007ffd error 4 in libc.so.6",
           "traps: sh[431] general protection fault ip:7f5d4 sp:7ffc8 error:0",
           "traps: sh[77] trap invalid opcode ip:55d4 sp:7ffc error:0",
           "hrtimer: interrupt took 26171 ns",
           "clocksource: Switched to clocksource tsc",
           "INFO: lockdep is turned off.",
           "rcu: INFO: Preemptible hierarchical RCU implementation.",
           "DMAR: [Firmware Bug]: No firmware reserved region can cover this RMRR",
           "x86/PAT: Configuration [0-7]: WB  WC  UC- UC  WB  WP  UC- WT",
           "NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.",
           "watchdog: Delayed init of the lockup detector failed: -19",
           "multipathd: mpatha: sda - tur checker reports path is down",
       }) {
    EXPECT_FALSE(IsKernelComplaint(line)) << line;
  }
}

TEST(KernelComplaint, IsShownWithTheLinesThatFollow) {
  EXPECT_EQ(Complaints({"a", "b"}), "");
  std::vector<std::string> lines = {"before", "kernel BUG at x.c:1!"};
  for (int i = 0; i < 30; ++i) lines.push_back("after " + std::to_string(i));
  const std::string text = Complaints(lines);
  EXPECT_THAT(text, StartsWith("kernel BUG at x.c:1!\nafter 0\n"));
  EXPECT_THAT(text, EndsWith("after 11\n"));

  const std::vector<std::string> many(100, "Call Trace:");
  EXPECT_THAT(Complaints(many), EndsWith("Call Trace:\n...\n"));
  EXPECT_LT(Complaints(many).size(), 41 * 12 + 4 + 1);
}

TEST(KernelComplaint, MayBeAllowedWithItsCallTrace) {
  const std::vector<std::string> hung = {"INFO: task worker:77 blocked for more than 120 seconds.",
                                         "      Not tainted 6.12.0", "task:worker state:D stack:0",
                                         "Call Trace:", " <TASK>"};
  EXPECT_THAT(Complaints(hung), StartsWith("INFO: task worker:77"));
  EXPECT_EQ(Complaints(hung, {"blocked for more than"}), "");
  EXPECT_THAT(Complaints(hung, {"something else"}), StartsWith("INFO: task worker:77"));
  std::vector<std::string> both = hung;
  both.emplace_back("refcount_t: underflow; use-after-free.");
  EXPECT_THAT(Complaints(both, {"blocked for more than"}), StartsWith("refcount_t: underflow"));
}

TEST(ComplaintWatch, ReportsEachComplaintOnce) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0);
  const UniqueFd kernel(ends[0]);
  ComplaintWatch watch((KernelLog(UniqueFd(ends[1]))));
  const auto send = [&](const std::string& record) {
    ASSERT_EQ(::send(kernel.get(), record.data(), record.size(), 0),
              static_cast<ssize_t>(record.size()));
  };
  send("6,1,10,-;sd 3:0:1:0: [sda] Synchronizing SCSI cache\n");
  ASSERT_OK_AND_ASSIGN(const std::string quiet, watch.Poll());
  EXPECT_EQ(quiet, "");
  send("4,2,20,-;WARNING: CPU: 0 PID: 1 at x.c:1\n");
  ASSERT_OK_AND_ASSIGN(const std::string found, watch.Poll());
  EXPECT_EQ(found, "[    0.000020] kernel: WARNING: CPU: 0 PID: 1 at x.c:1\n");
  ASSERT_OK_AND_ASSIGN(const std::string again, watch.Poll());
  EXPECT_EQ(again, "");
  send("no record");
  EXPECT_THAT(watch.Poll(), FailsWith(HasSubstr("parse kernel record")));
}

}  // namespace
}  // namespace dualpath::observe
