#include "ci/lab/snapshot.h"

#include <spdlog/spdlog.h>

#include <filesystem>

#include "ci/lab/digest.h"
#include "ci/lab/progress.h"
#include "ci/lab/qemu.h"
#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

using std::chrono::minutes;

constexpr char kKind[] = "snapshot";
constexpr std::uint64_t kBytesToBuild = std::uint64_t{2} << 30;
constexpr minutes kLongestBoot{5};
constexpr minutes kLongestBringUp{15};  // a guest kernel under double emulation
constexpr minutes kLongestSave{5};

// Everything that a case may read is read once, so that it is in RAM. The payload's disk is swapped
// under the restored VM: nothing of the old one may stay there.
constexpr char kBringUp[] =
    "find / -xdev -type f -exec cat {} + > /dev/null 2>&1; "
    "systemctl is-system-running --wait > /dev/null; "
    "/usr/lib/dualpath/load-payload && "
    "/payload/start dualpath-rig up </dev/null >/dev/virtio-ports/dualpath.output 2>&1; "
    "code=$?; rm -rf /payload; blockdev --flushbufs /dev/vdb; echo \"exit $code\" >&3";

Status BootAndSave(const Image& image, const Payload& bring_up, const std::string& directory) {
  Vm::Options options;
  options.shape = ShapeOf(image);
  options.disk = image.disk();
  options.payload = bring_up.image;
  options.ram = directory + "/ram";
  std::string said;
  const auto keep = [&](const std::string& text) {
    said += text;
    spdlog::debug("lab: {}", text);
  };

  DUALPATH_TRY(Vm vm, Vm::Start(options));
  {
    const Stage stage("boot the lab");
    DUALPATH_TRY_STATUS(vm.Listen(keep, Deadline::In(kLongestBoot)));
  }
  {
    const Stage stage("bring up the rig and its guest, for the snapshot");
    DUALPATH_TRY(const std::string answer, vm.Ask(kBringUp, keep, Deadline::In(kLongestBringUp)));
    if (answer != "exit 0") {
      return Error::Because("bring up the rig", "in the lab", answer + "; it printed: " + said);
    }
  }
  const Stage stage("save the snapshot");
  return vm.Save(directory + "/state", Deadline::In(kLongestSave));
}

}  // namespace

VmShape ShapeOf(const Image& image) {
  VmShape shape;
  shape.qemu = image.qemu();
  shape.kernel = image.kernel();
  shape.initrd = image.initrd();
  return shape;
}

Result<Snapshot> GetSnapshot(const Cache& cache, const Image& image, const Payload& bring_up) {
  DUALPATH_TRY(std::string identity, QemuVersion(image.qemu()));
  for (const std::string& word : ShapeArguments(ShapeOf(image))) identity += '\n' + word;
  identity += '\n' + image.disk() + '\n' + image.key + '\n' + bring_up.digest + '\n' + kBringUp;
  DUALPATH_TRY(const std::string digest, DigestOfText(identity));
  const std::string key = digest.substr(0, 16);
  DUALPATH_TRY(Cache::Entry entry,
               cache.Get(kKind, key, kBytesToBuild, [&](const std::string& directory) {
                 return BootAndSave(image, bring_up, directory);
               }));
  return Snapshot{std::move(entry), key};
}

Status DiscardSnapshot(const Cache& cache, const std::string& key) {
  return cache.Discard(kKind, key);
}

}  // namespace dualpath::lab
