#include "helpers/lab/snapshot.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "helpers/lab/image/prune_images.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/qemu.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

// CPU time of the VM (watch.h).
constexpr seconds kLongestRestore{60};
constexpr minutes kLongestCopy{30};  // real time: of a gigabyte, on a busy disk

/// All VMs of a snapshot map its RAM privately; the VM that builds the next snapshot writes to a
/// copy, which becomes that snapshot's RAM.
Status CopyRam(const std::string& from, const std::string& to) {
  DUALPATH_TRY_STATUS(process::ExecuteChecked({{"cp", "--reflink=auto", "--sparse=auto", from, to}},
                                              Deadline::In(kLongestCopy)));
  return Ok{};
}

class SnapshotMaker {
 public:
  SnapshotMaker(const Cache& cache, const Image& image, const Steps& steps,
                std::vector<std::string> keys)
      : image_(image), steps_(steps), chain_(cache, steps, std::move(keys)) {}

  Result<Snapshot> Get(std::size_t count) const { return chain_.Get(count, Builder()); }

  /// Starts a VM from the snapshot after `count` steps; with `ram`, on a copy of its RAM there.
  Result<Restored> Restore(std::size_t count, const RestoreOptions& how,
                           const std::string& ram = "") const {
    std::optional<Restored> restored;
    Status copied = Ok{};
    DUALPATH_TRY_STATUS(chain_.Restore(count, Builder(), [&](Snapshot snapshot) -> Status {
      Vm::Options options;
      options.shape = ShapeOf(image_);
      options.disk = image_.disk();
      options.payload = how.payload;
      options.pace = how.pace;
      options.devices = snapshot.devices();
      options.ram = ram.empty() ? snapshot.ram() : ram;
      options.owns_ram = !ram.empty();
      options.to_be_saved = how.to_be_saved;
      if (options.owns_ram) copied = CopyRam(snapshot.ram(), ram);
      if (!copied.ok()) return Ok{};  // a full disk: rebuilding the snapshot does not help
      const auto begun = Clock::now();
      DUALPATH_TRY(Vm vm, StartFrom(options, how.begin));
      restored.emplace(
          Restored{std::move(snapshot), std::move(vm), begun, process::SecondsSince(begun)});
      return Ok{};
    }));
    if (!copied.ok()) return copied.error();
    return std::move(*restored);
  }

 private:
  SnapshotChain::Builder Builder() const {
    return [this](std::size_t count, const std::string& directory) -> Status {
      const process::Stage stage(steps_[count - 1].what, steps_[count - 1].usual);
      DUALPATH_TRY_STATUS(RecordImageOf(directory, image_.key));
      return count == 1 ? Boot(directory) : Continue(count, directory);
    };
  }

  Status Boot(const std::string& directory) const {
    Vm::Options options;
    options.shape = ShapeOf(image_);
    options.disk = image_.disk();
    options.ram = directory + "/ram";
    options.owns_ram = options.to_be_saved = true;
    DUALPATH_TRY(Vm vm, Vm::Start(options));
    DUALPATH_TRY(const std::string answer,
                 vm.ReadLine([](const std::string&) {}, Limit{steps_[0].longest}));
    if (answer != protocol::kReady) {
      return Error::Because("boot the lab", "lab agent", "unexpected line \"" + answer + "\"");
    }
    DUALPATH_TRY_STATUS(vm.SendLine(LineFor(steps_[0])));
    return FinishStep(steps_[0], vm, directory);
  }

  Status Continue(std::size_t count, const std::string& directory) const {
    const Step& step = steps_[count - 1];
    const RestoreOptions how = {step.payload ? step.payload->image : "",
                                protocol::Echo(protocol::kBegun) + "; " + LineFor(step),
                                Pace::kVirtual, true};
    DUALPATH_TRY(Restored restored, Restore(count - 1, how, directory + "/ram"));
    return FinishStep(step, restored.vm, directory);
  }

  static Status FinishStep(const Step& step, Vm& vm, const std::string& directory) {
    std::string output;
    const auto collect = [&](const std::string& text) {
      output += text;
      spdlog::debug("lab: {}", text);
    };
    DUALPATH_TRY(const std::string answer, vm.ReadLine(collect, Limit{step.longest}));
    if (answer != step.answer) {
      return Error::Because(step.what, "in the lab", answer + "; its output: " + output);
    }
    return vm.Save(directory + "/devices");
  }

  const Image& image_;
  const Steps& steps_;
  SnapshotChain chain_;
};

Result<SnapshotMaker> MakerFor(const Cache& cache, const Image& image, const Steps& steps) {
  DUALPATH_TRY(const std::string identity, IdentityOf(image));
  DUALPATH_TRY(std::vector<std::string> keys, KeysOf(identity, steps));
  return SnapshotMaker(cache, image, steps, std::move(keys));
}

}  // namespace

VmShape ShapeOf(const Image& image) {
  VmShape shape;
  shape.qemu = image.qemu();
  shape.kernel = image.kernel();
  shape.initrd = image.initrd();
  shape.idle_table = image.idle_table();
  shape.accelerator = image.accelerator;
  shape.append = image.append;
  return shape;
}

Result<std::string> IdentityOf(const Image& image) {
  DUALPATH_TRY(std::string identity, QemuVersion(image.qemu()));
  for (const std::string& word : ShapeArguments(ShapeOf(image))) identity += '\n' + word;
  identity += '\n' + image.key;
  DUALPATH_TRY(const std::string machine, MachineFor(image.accelerator));
  if (!machine.empty()) identity += '\n' + machine;
  return identity;
}

Result<Snapshot> GetSnapshot(const Cache& cache, const Image& image, const Steps& steps) {
  DUALPATH_TRY(const SnapshotMaker maker, MakerFor(cache, image, steps));
  return maker.Get(steps.size());
}

Result<Restored> RestoreSnapshot(const Cache& cache, const Image& image, const Steps& steps,
                                 const RestoreOptions& options) {
  DUALPATH_TRY(const SnapshotMaker maker, MakerFor(cache, image, steps));
  return maker.Restore(steps.size(), options);
}

Result<Vm> StartFrom(const Vm::Options& options, const std::string& begin) {
  DUALPATH_TRY(Vm vm, Vm::Start(options));
  // The line is in the port before the VM runs, so that no virtual time passes before it is read.
  DUALPATH_TRY_STATUS(vm.SendLine(begin));
  DUALPATH_TRY_STATUS(vm.Resume(Limit{kLongestRestore}));
  const auto next_line = [&] {
    return vm.ReadLine([](const std::string&) {}, Limit{kLongestRestore});
  };
  DUALPATH_TRY(std::string answer, next_line());
  // The terminal of a shell in which the VM was saved runs until the lab agent reads our line.
  while (protocol::ParseClock(answer)) {
    DUALPATH_TRY(answer, next_line());
  }
  if (answer != protocol::kBegun) {
    return Error::Because("restore the lab VM", "control port",
                          "unexpected line \"" + answer + "\"");
  }
  return vm;
}

}  // namespace dualpath::lab
