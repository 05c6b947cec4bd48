#include "helpers/lab/saved_snapshot.h"

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

constexpr char kVm[] = "/vm";  // RAM and devices
constexpr char kMadeBy[] = "/made-by";
constexpr char kInRealTime[] = ", in real time";

/// Returns a description of what a saved snapshot depends on.
Result<std::string> MadeBy(const Image& image) {
  DUALPATH_TRY(const std::string qemu, QemuVersion(image.qemu()));
  DUALPATH_TRY(const std::string identity, IdentityOf(image));
  DUALPATH_TRY(const std::string digest, DigestOfText(identity));
  return "image " + image.key + ", " + qemu + ", VM " + digest.substr(0, 12);
}

}  // namespace

std::string SnapshotOfCase(const std::string& case_results) { return case_results + "/snapshot"; }

Status SaveSnapshot(Vm& vm, const Image& image, const std::string& directory,
                    Vm::Afterwards afterwards) {
  DUALPATH_TRY(const std::string made_by, MadeBy(image));
  const fs::path parent = fs::path(directory).parent_path();
  std::error_code ec;
  fs::create_directories(parent, ec);
  if (ec) return Error::FromErrno("create", parent.string(), ec.value());
  SweepTemporaryDirectories(parent.string());
  DUALPATH_TRY(const TemporaryDirectory work, TemporaryDirectory::Create(parent.string()));
  const std::string saved = work.path() + "/snapshot";
  DUALPATH_TRY_STATUS(WriteFileAtomically(
      saved + kMadeBy, vm.pace() == Pace::kReal ? made_by + kInRealTime : made_by));
  DUALPATH_TRY_STATUS(vm.Save(saved + kVm, afterwards));
  fs::remove_all(directory, ec);
  return work.MoveOut("snapshot", directory);
}

Result<Restored> RestoreSaved(const std::string& directory, const Image& image,
                              const RestoreOptions& options) {
  const auto refuse = [&](const std::string& reason) {
    return Error::Because("restore a saved snapshot", directory, reason);
  };
  const auto made_by = ReadFile(directory + kMadeBy);
  if (!made_by.ok()) return refuse("no snapshot is saved there");
  DUALPATH_TRY(const std::string here, MadeBy(image));
  // With -icount sleep=on QEMU saves one more timer, which it cannot restore with sleep=off.
  if (*made_by == here + kInRealTime && options.pace != Pace::kReal) {
    return refuse("saved in real time, it can only be resumed with --live");
  }
  if (*made_by != here && *made_by != here + kInRealTime) {
    return refuse("saved with " + *made_by + ", but the lab now has " + here);
  }
  const auto begun = Clock::now();
  Vm::Options vm_options;
  vm_options.shape = ShapeOf(image);
  vm_options.disk = image.disk();
  vm_options.payload = options.payload;
  vm_options.pace = options.pace;
  vm_options.devices = directory + kVm;
  vm_options.to_be_saved = options.to_be_saved;
  DUALPATH_TRY(Vm vm, StartFrom(vm_options, options.begin));
  return Restored{std::nullopt, std::move(vm), begun, process::SecondsSince(begun)};
}

}  // namespace dualpath::lab
