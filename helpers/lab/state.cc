#include "helpers/lab/state.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "helpers/lab/idle_table.h"
#include "helpers/lab/image/digest.h"
#include "helpers/lab/qemu.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBytesToBuild = std::uint64_t{2} << 30;
constexpr minutes kLongestBoot{5};
constexpr minutes kLongestSave{5};
constexpr minutes kLongestCopy{5};
constexpr seconds kLongestRestore{60};

/// Every holder of a state maps its file privately; the next state's VM has a copy to write to.
Status CopyRam(const std::string& from, const std::string& to) {
  DUALPATH_TRY_STATUS(process::ExecuteChecked({{"cp", "--reflink=auto", "--sparse=auto", from, to}},
                                              Deadline::In(kLongestCopy)));
  return Ok{};
}

class StateMaker {
 public:
  StateMaker(const Cache& cache, const Image& image, const Steps& steps,
             std::vector<std::string> keys)
      : cache_(cache), image_(image), steps_(steps), keys_(std::move(keys)) {}

  /// The state after the first `count` steps.
  Result<State> Get(std::size_t count) const {
    const Step& step = steps_[count - 1];
    DUALPATH_TRY(Cache::Entry entry, cache_.Get(step.kind, keys_[count - 1], kBytesToBuild,
                                                [&](const std::string& directory) {
                                                  Status made = Make(count, directory);
                                                  if (!made.ok()) process::StopIfEnding();
                                                  return made;
                                                }));
    // What it was made from is worth no less: the next program begins there.
    for (std::size_t i = 0; i + 1 < count; ++i) cache_.MarkUsed(steps_[i].kind, keys_[i]);
    return State{std::move(entry)};
  }

  /// A VM that goes on from there; with `ram`, on a copy of its RAM in that file.
  Result<Restored> Restore(std::size_t count, const RestoreOptions& how,
                           const std::string& ram = "") const {
    std::optional<Error> failed;
    while (true) {
      {
        DUALPATH_TRY(State state, Get(count));
        Vm::Options options;
        options.shape = ShapeOf(image_);
        options.disk = image_.disk();
        options.payload = how.payload;
        options.pace = how.pace;
        options.state = state.rest();
        options.ram = ram.empty() ? state.ram() : ram;
        options.owns_ram = !ram.empty();
        options.to_be_saved = how.to_be_saved;
        if (options.owns_ram) DUALPATH_TRY_STATUS(CopyRam(state.ram(), ram));
        const auto begun = Clock::now();
        auto vm = GoOn(options, how.begin);
        if (vm.ok()) {
          const double took = process::SecondsSince(begun);
          return Restored{std::move(state), std::move(*vm), begun, took};
        }
        process::StopIfEnding();
        if (failed) return vm.error();
        failed = vm.error();
      }
      spdlog::warn("a saved state cannot be restored and is made anew: {}", failed->ToString());
      DUALPATH_TRY_STATUS(cache_.Discard(steps_[count - 1].kind, keys_[count - 1]));
    }
  }

 private:
  Status Make(std::size_t count, const std::string& directory) const {
    const Step& step = steps_[count - 1];
    const process::Stage stage(step.what);
    std::string said;
    const auto keep = [&](const std::string& text) {
      said += text;
      spdlog::debug("lab: {}", text);
    };
    const auto finish = [&](Vm& vm) -> Status {
      DUALPATH_TRY(const std::string answer, vm.Listen(keep, Deadline::In(step.longest)));
      if (answer != step.answer) {
        return Error::Because(step.what, "in the lab", answer + "; it printed: " + said);
      }
      return vm.Save(directory + "/state", Deadline::In(kLongestSave));
    };
    if (count > 1) {
      const RestoreOptions how = {step.payload ? step.payload->image : "",
                                  "echo begun >&3; " + step.line, Pace::kVirtual, true};
      DUALPATH_TRY(Restored restored, Restore(count - 1, how, directory + "/ram"));
      return finish(restored.vm);
    }
    Vm::Options options;
    options.shape = ShapeOf(image_);
    options.disk = image_.disk();
    options.ram = directory + "/ram";
    options.owns_ram = options.to_be_saved = true;
    DUALPATH_TRY(Vm vm, Vm::Start(options));
    DUALPATH_TRY_STATUS(vm.Listen(keep, Deadline::In(kLongestBoot)));
    DUALPATH_TRY_STATUS(vm.Tell(step.line));
    return finish(vm);
  }

  const Cache& cache_;
  const Image& image_;
  const Steps& steps_;
  std::vector<std::string> keys_;
};

}  // namespace

VmShape ShapeOf(const Image& image) {
  VmShape shape;
  shape.qemu = image.qemu();
  shape.kernel = image.kernel();
  shape.initrd = image.initrd();
  shape.accelerator = image.accelerator;
  return shape;
}

Result<std::string> IdentityOf(const Image& image) {
  DUALPATH_TRY(std::string identity, QemuVersion(image.qemu()));
  for (const std::string& word : ShapeArguments(ShapeOf(image))) identity += '\n' + word;
  identity += '\n' + IdleTable() + '\n' + image.key;
  DUALPATH_TRY(const std::string machine, MachineFor(image.accelerator));
  if (!machine.empty()) identity += '\n' + machine;
  return identity;
}

Result<std::vector<std::string>> KeysOf(const Image& image, const Steps& steps) {
  DUALPATH_TRY(std::string identity, IdentityOf(image));
  std::vector<std::string> keys;
  for (const Step& step : steps) {
    DUALPATH_TRY(identity, DigestOfText(identity + '\n' + step.key));
    keys.push_back(identity.substr(0, 16));
  }
  return keys;
}

Result<State> GetState(const Cache& cache, const Image& image, const Steps& steps) {
  DUALPATH_TRY(std::vector<std::string> keys, KeysOf(image, steps));
  return StateMaker(cache, image, steps, std::move(keys)).Get(steps.size());
}

Result<Restored> RestoreState(const Cache& cache, const Image& image, const Steps& steps,
                              const RestoreOptions& options) {
  DUALPATH_TRY(std::vector<std::string> keys, KeysOf(image, steps));
  return StateMaker(cache, image, steps, std::move(keys)).Restore(steps.size(), options);
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

}  // namespace dualpath::lab
