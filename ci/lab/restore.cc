#include "ci/lab/restore.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <utility>

#include "ci/lab/progress.h"
#include "ci/lab/qemu.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestRestore{60};

constexpr std::chrono::minutes kLongestKeep{5};
constexpr char kState[] = "/vm";
constexpr char kMadeBy[] = "/made-by";
constexpr char kInRealTime[] = ", in real time";

Vm::Options VmOf(const Image& image, const Payload& payload, const RestoreOptions& how) {
  Vm::Options options;
  options.shape = ShapeOf(image);
  options.disk = image.disk();
  options.payload = payload.image;
  options.pace = how.pace;
  return options;
}

Result<Vm> GoOn(const Vm::Options& options, const std::string& begin) {
  DUALPATH_TRY(Vm vm, Vm::Start(options));
  // The line waits in the port before the VM runs, so that no virtual time passes before it.
  DUALPATH_TRY_STATUS(vm.Tell(begin));
  DUALPATH_TRY_STATUS(vm.Resume(Deadline::In(kLongestRestore)));
  DUALPATH_TRY(const std::string answer,
               vm.Listen([](const std::string&) {}, Deadline::In(kLongestRestore)));
  if (answer != "begun") return Error::Because("restore", "the lab VM", "it said " + answer);
  return vm;
}

/// What a saved state depends on: the lab reads its disk still, and only this QEMU reads the state.
Result<std::string> MadeBy(const Image& image) {
  DUALPATH_TRY(const std::string qemu, QemuVersion(image.qemu()));
  return "image " + image.key + ", " + qemu;
}

}  // namespace

std::string OwnDirectory() {
  std::error_code ec;
  return fs::read_symlink("/proc/self/exe", ec).parent_path().string();
}

std::string RigProgram() { return OwnDirectory() + "/dualpath-rig"; }

std::string GuestAgent() { return OwnDirectory() + "/dualpath-guest-agent"; }

Result<Snapshot> PrepareSnapshot(const Cache& cache, const Image& image) {
  DUALPATH_TRY(const Payload bring_up, MakePayload(cache, {RigProgram(), GuestAgent()}));
  return GetSnapshot(cache, image, bring_up);
}

Result<Restored> Restore(const Cache& cache, const Image& image, const Payload& payload,
                         const RestoreOptions& options) {
  std::string discarded;
  while (true) {
    {
      DUALPATH_TRY(Snapshot snapshot, PrepareSnapshot(cache, image));
      const auto begun = Clock::now();
      Vm::Options vm_options = VmOf(image, payload, options);
      vm_options.ram = snapshot.ram();
      vm_options.state = snapshot.state();
      auto vm = GoOn(vm_options, options.begin);
      if (vm.ok()) {
        const double seconds = SecondsSince(begun);
        return Restored{std::move(snapshot), std::move(*vm), begun, seconds};
      }
      if (snapshot.key == discarded) return vm.error();
      spdlog::warn("the snapshot cannot be restored and is made anew: {}", vm.error().ToString());
      discarded = snapshot.key;
    }
    DUALPATH_TRY_STATUS(DiscardSnapshot(cache, discarded));
  }
}

std::string DefaultResults() { return OwnDirectory() + "/../results"; }

std::string KeptByCase(const std::string& case_results) { return case_results + "/state"; }

Status Keep(Vm& vm, const Image& image, const std::string& directory) {
  const Stage stage("keep the VM's state in " + directory);
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
  DUALPATH_TRY_STATUS(vm.SaveWithRam(made + kState, Deadline::In(kLongestKeep)));
  fs::remove_all(directory, ec);
  fs::rename(made, directory, ec);
  if (ec) return Error::FromErrno("move into place", directory, ec.value());
  return Ok{};
}

Result<Restored> RestoreKept(const std::string& directory, const Image& image,
                             const Payload& payload, const RestoreOptions& options) {
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
  Vm::Options vm_options = VmOf(image, payload, options);
  vm_options.state = directory + kState;
  DUALPATH_TRY(Vm vm, GoOn(vm_options, options.begin));
  return Restored{std::nullopt, std::move(vm), begun, SecondsSince(begun)};
}

}  // namespace dualpath::lab
