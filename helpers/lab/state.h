#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/vm.h"

namespace dualpath::lab {

/// A saved lab VM, kept in the cache: its RAM, and all else.
struct State {
  Cache::Entry entry;

  std::string ram() const { return entry.File("ram"); }
  std::string rest() const { return entry.File("state"); }
};

/// What is done in a lab VM on the way from one saved state to the next; the first is a boot.
struct Step {
  std::string kind;                ///< of the cache's entries: "boot"
  std::string what;                ///< for progress and errors: "boot the lab"
  std::optional<Payload> payload;  ///< the disk to attach
  std::string key;                 ///< all that the outcome depends on, besides the steps before
  std::string line;                ///< for the lab agent
  std::string answer;              ///< what it says when all went well
  std::chrono::minutes longest;
};

/// From the boot on. States are shared by their beginnings: a case program has one of its own, made
/// from that of the rig, made from that of the boot.
using Steps = std::vector<Step>;

/// What any saved VM depends on: the image, QEMU's version and arguments, under KVM this machine.
Result<std::string> IdentityOf(const Image& image);

/// The key of the state after each of `steps`. It covers all that the state depends on: the VM's
/// identity, and the key of every step so far.
Result<std::vector<std::string>> KeysOf(const Image& image, const Steps& steps);

/// The state after the last of `steps`, made if it is not in the cache.
Result<State> GetState(const Cache& cache, const Image& image, const Steps& steps);

/// How a VM goes on from a state.
struct RestoreOptions {
  std::string payload;         ///< the disk image to attach
  std::string begin;           ///< a line for the lab agent that ends with saying "begun"
  Pace pace = Pace::kVirtual;  ///< of the VM's clock
  bool to_be_saved = false;    ///< as of Vm::Options
};

struct Restored {
  std::optional<State> state;  ///< in use for as long as the VM is
  Vm vm;
  std::chrono::steady_clock::time_point begun;  ///< when QEMU was started
  double seconds = 0;                           ///< from then to the end of `begin`
};

/// A lab VM of its own that goes on from the state after `steps`; that is made if it is missing,
/// and made anew, once, if it cannot be restored.
Result<Restored> RestoreState(const Cache& cache, const Image& image, const Steps& steps,
                              const RestoreOptions& options);

VmShape ShapeOf(const Image& image);

/// A VM whose `options` name a state, up to where `begin` has been done.
Result<Vm> GoOn(const Vm::Options& options, const std::string& begin);

}  // namespace dualpath::lab
