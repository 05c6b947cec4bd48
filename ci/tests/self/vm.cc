// Cases that break the machine they run on, or one of its daemons.

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "fixtures/rig_fixture.h"
#include "helpers/base/file.h"
#include "helpers/process/process.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;

using Vm = RigTest;
using VmWithGuest = GuestTest;

/// Sends SIGKILL to the process behind the case's back, as the OOM killer does.
Status KillTheOnly(const std::string& program) {
  DUALPATH_TRY_STATUS(process::ExecuteChecked({{"pkill", "-KILL", "-x", program}},
                                              Deadline::In(std::chrono::seconds(10))));
  return Ok{};
}

[[noreturn]] void WaitForTheEnd() {
  while (true) ::pause();
}

TEST_F(Vm, HasAKernelWarning) {
  ASSERT_OK(
      WriteAttribute("/dev/kmsg", "<4>WARNING: CPU: 0 PID: 1 at mm/self_test.c:1 self_test\n"));
}

TEST_F(Vm, Panics) {
  ASSERT_OK(WriteAttribute("/proc/sysrq-trigger", "c"));
  WaitForTheEnd();
}

// reboot(2) would first wait for the disk's virtio-pmem to flush, which never ends in a restored
// VM.
TEST_F(Vm, Reboots) {
  ASSERT_OK(WriteAttribute("/proc/sysrq-trigger", "b"));
  WaitForTheEnd();
}

// Not idle, since an idle hour of virtual time, after which a case is stopped, takes seconds.
TEST_F(Vm, SaysThatItIsBusy) {
  std::puts("the case is busy");
  std::fflush(stdout);
  for (volatile unsigned spins = 0;; spins = spins + 1) {
  }
}

TEST_F(Vm, RunsOutOfMemory) {
  constexpr std::size_t kChunk = std::size_t{64} << 20;
  while (true) {
    void* const chunk = ::mmap(nullptr, kChunk, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    ASSERT_NE(chunk, MAP_FAILED);
  }
}

TEST_F(Vm, LosesItsPorts) {
  const std::string driver = "/sys/bus/virtio/drivers/virtio_console";
  for (const auto& entry : fs::directory_iterator(driver)) {
    const std::string device = entry.path().filename().string();
    if (device.rfind("virtio", 0) != 0) continue;
    ASSERT_OK(WriteAttribute(driver + "/unbind", device));
  }
}

TEST_F(VmWithGuest, LosesTheGuestsQemu) { ASSERT_OK(KillTheOnly("qemu-system-x86")); }

TEST_F(Vm, LosesMultipathd) { ASSERT_OK(KillTheOnly("multipathd")); }

TEST_F(VmWithGuest, LosesLibvirtd) { ASSERT_OK(KillTheOnly("libvirtd")); }

}  // namespace
}  // namespace dualpath
