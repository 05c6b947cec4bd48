#include "helpers/lab/restore.h"

#include <filesystem>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/digest.h"
#include "helpers/lab/qemu.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr char kBoot[] = "systemctl is-system-running --wait > /dev/null; echo booted >&3";
// The payload's disk is swapped under the restored VM: nothing of the old one may stay there.
constexpr char kBringUp[] =
    "/usr/lib/dualpath/load-payload && "
    "/payload/start dualpath-rig up </dev/null >/dev/virtio-ports/dualpath.output 2>&1; "
    "code=$?; rm -rf /payload; blockdev --flushbufs /dev/vda; echo \"exit $code\" >&3";
constexpr std::chrono::minutes kLongestBoot{5};
constexpr std::chrono::minutes kLongestBringUp{15};  // a guest kernel under double emulation

constexpr std::chrono::minutes kLongestKeep{5};
constexpr char kState[] = "/vm";
constexpr char kMadeBy[] = "/made-by";
constexpr char kInRealTime[] = ", in real time";

/// What a kept state depends on, in words.
Result<std::string> MadeBy(const Image& image) {
  DUALPATH_TRY(const std::string qemu, QemuVersion(image.qemu()));
  DUALPATH_TRY(const std::string identity, IdentityOf(image));
  DUALPATH_TRY(const std::string digest, DigestOfText(identity));
  return "image " + image.key + ", " + qemu + ", VM " + digest.substr(0, 12);
}

}  // namespace

std::string OwnDirectory() {
  std::error_code ec;
  return fs::read_symlink("/proc/self/exe", ec).parent_path().string();
}

std::string RigProgram() { return OwnDirectory() + "/dualpath-rig"; }

std::string GuestAgent() { return OwnDirectory() + "/dualpath-guest-agent"; }

Steps UpToBoot() {
  Steps steps;
  Step& step = steps.emplace_back();
  step.kind = "boot";
  step.what = "boot the lab";
  step.key = step.line = kBoot;
  step.answer = "booted";
  step.longest = kLongestBoot;
  return steps;
}

Result<Steps> UpToTheRig(const Cache& cache) {
  DUALPATH_TRY(Payload payload, MakePayload(cache, {RigProgram(), GuestAgent()}));
  Steps steps = UpToBoot();
  Step& step = steps.emplace_back();
  step.kind = "rig";
  step.what = "bring up the rig and its guest, for the snapshot";
  step.key = payload.digest + kBringUp;
  step.payload = std::move(payload);
  step.line = kBringUp;
  step.answer = "exit 0";
  step.longest = kLongestBringUp;
  return steps;
}

std::string DefaultResults() { return OwnDirectory() + "/../results"; }

std::string KeptByCase(const std::string& case_results) { return case_results + "/state"; }

Status Keep(Vm& vm, const Image& image, const std::string& directory) {
  const process::Stage stage("keep the VM's state in " + directory);
  DUALPATH_TRY(const std::string made_by, MadeBy(image));
  const fs::path parent = fs::path(directory).parent_path();
  std::error_code ec;
  fs::create_directories(parent, ec);
  if (ec) return Error::FromErrno("create", parent.string(), ec.value());
  SweepTemporaryDirectories(parent.string());
  DUALPATH_TRY(const TemporaryDirectory work, TemporaryDirectory::Create(parent.string()));
  const std::string made = work.path() + "/state";
  DUALPATH_TRY_STATUS(WriteFileAtomically(
      made + kMadeBy, vm.pace() == Pace::kReal ? made_by + kInRealTime : made_by));
  DUALPATH_TRY_STATUS(vm.Save(made + kState, Deadline::In(kLongestKeep)));
  fs::remove_all(directory, ec);
  return work.MoveOut("state", directory);
}

Result<Restored> RestoreKept(const std::string& directory, const Image& image,
                             const RestoreOptions& options) {
  const auto made_by = ReadFile(directory + kMadeBy);
  if (!made_by.ok()) {
    return Error::Because("restore a kept state", directory, "no state is kept there");
  }
  DUALPATH_TRY(const std::string here, MadeBy(image));
  // With sleep=on QEMU has a timer more in its state, and without it none to put that into.
  if (*made_by == here + kInRealTime && options.pace != Pace::kReal) {
    return Error::Because("restore a kept state", directory,
                          "it is of a VM in real time, and goes on only so: --live");
  }
  if (*made_by != here && *made_by != here + kInRealTime) {
    return Error::Because("restore a kept state", directory,
                          "it is of " + *made_by + "; here is " + here);
  }
  const auto begun = Clock::now();
  Vm::Options vm_options;
  vm_options.shape = ShapeOf(image);
  vm_options.disk = image.disk();
  vm_options.payload = options.payload;
  vm_options.pace = options.pace;
  vm_options.state = directory + kState;
  vm_options.to_be_saved = options.to_be_saved;
  DUALPATH_TRY(Vm vm, GoOn(vm_options, options.begin));
  return Restored{std::nullopt, std::move(vm), begun, process::SecondsSince(begun)};
}

}  // namespace dualpath::lab
