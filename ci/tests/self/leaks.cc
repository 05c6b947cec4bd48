// Cases that leave something behind on the machine they run on.

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "fixtures/rig_fixture.h"
#include "helpers/process/process.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;

using Leak = RigTest;
using LeakWithGuest = GuestTest;

Status RunCommand(const process::Command& command) {
  DUALPATH_TRY_STATUS(process::ExecuteChecked(command, Deadline::In(std::chrono::seconds(30))));
  return Ok{};
}

TEST_F(Leak, OfATarget) {
  fs::create_directories("/sys/kernel/config/target/loopback/naa.5001405f0123dead/tpgt_1");
}

TEST_F(Leak, OfABackstore) {
  fs::create_directories("/sys/kernel/config/target/core/fileio_77/leak");
}

TEST_F(Leak, OfAMap) {
  ASSERT_OK(RunCommand({{"dmsetup", "create", "leak", "--table", "0 8 error"}}));
}

TEST_F(Leak, OfAMount) { ASSERT_EQ(::mount("none", "/mnt", "tmpfs", 0, nullptr), 0); }

TEST_F(Leak, OfAProcess) {
  if (::fork() != 0) return;
  ::setsid();
  ::execlp("sleep", "sleep", "1000000", nullptr);
  ::_exit(1);
}

TEST_F(LeakWithGuest, OfADomain) {
  process::Command create{{"virsh", "-c", "qemu:///system", "create", "/dev/stdin"}};
  create.stdin_text =
      "<domain type='qemu'><name>leak</name><memory unit='MiB'>16</memory>"
      "<os><type arch='x86_64'>hvm</type></os></domain>";
  ASSERT_OK(RunCommand(create));
}

}  // namespace
}  // namespace dualpath
