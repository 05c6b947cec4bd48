#include "ci/dualpath/shell_vm.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "ci/results/results.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/saved_snapshot.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/steps.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/shell_words.h"
#include "helpers/process/terminal.h"

namespace dualpath::cli {
namespace {

// Mounted instead of copied into RAM as for a case: virtual time jumps while the disk is read,
// which does not matter in an interactive shell. The VM of a saved snapshot may have cached blocks
// of another payload.
constexpr char kMountPayload[] =
    "mkdir -p /payload /run/dualpath; blockdev --flushbufs /dev/vda; "
    "mount -o ro /dev/vda /payload";
const std::string kReleasePayload = "wait; umount /payload && blockdev --flushbufs /dev/vda && " +
                                    lab::protocol::Echo(lab::protocol::kFree) + " || " +
                                    lab::protocol::Echo(lab::protocol::kBusy);
constexpr std::chrono::seconds kReleaseBudget{30};

// At low priority and in the background, so that the prompt appears first.
constexpr char kStartIo[] =
    "nice -n 19 /payload/start dualpath-rig start-io </dev/null >/run/dualpath/start-io.log 2>&1 "
    "3>&- 5>&- &";

// Opened once, since the VM's driver drops data that arrives while the port is closed.
constexpr char kOpenResults[] = "[ -e /dev/fd/5 ] || exec 5<>/dev/virtio-ports/dualpath.results";

// Scripts that the VM runs for the shell. They are separate from those in every payload, which are
// part of the snapshots' keys, so that changing the shell does not rebuild all snapshots.
constexpr char kScripts[] = DUALPATH_LAB_RECIPES "/shell";

/// Returns the variables that describe the capabilities of our terminal, for the shell.
std::string TerminalVariables() {
  std::string words;
  for (const char* name : {"TERM", "COLORTERM", "NO_COLOR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) words += " " + process::QuotedForShell(std::string(name) + "=" + value);
  }
  return words;
}

std::string BeginLine(bool on_terminal, bool start_io) {
  const process::WindowSize size = process::WindowSizeOf(STDIN_FILENO);
  const std::string how =
      on_terminal ? fmt::format("{} {}{}", size.rows, size.columns, TerminalVariables()) : "script";
  return fmt::format("{}; {} && {{ {} /payload/data/shell {} </dev/null & {}; }}", kOpenResults,
                     kMountPayload, start_io ? kStartIo : "", how,
                     lab::protocol::Echo(lab::protocol::kBegun));
}

lab::Pace PaceOf(const ShellOptions& options) {
  const bool real = options.live || options.accelerator == lab::Accelerator::kKvm;
  return real ? lab::Pace::kReal : lab::Pace::kVirtual;
}

std::string NamedSnapshot(const lab::Cache& cache, const std::string& name) {
  return cache.root() + "/kept/" + name;
}

/// Returns the directory of the saved snapshot to start from; empty to start from the rig's.
std::string SavedSnapshot(const ShellOptions& options, const lab::Cache& cache) {
  if (!options.from.empty()) return NamedSnapshot(cache, options.from);
  if (options.at.empty()) return "";
  return lab::SnapshotOfCase(
      (options.results.empty() ? process::DefaultResults() : options.results) + "/" +
      results::DirectoryName(options.at));
}

}  // namespace

Result<lab::Restored> StartShellVm(const ShellOptions& options, bool on_terminal,
                                   const lab::Cache& cache, const lab::Image& image) {
  DUALPATH_TRY(const lab::Payload payload,
               lab::MakePayload(cache, {process::RigProgram(), process::GuestAgent()},
                                lab::FilesIn(kScripts)));
  const std::string saved = SavedSnapshot(options, cache);
  const lab::RestoreOptions how = {payload.image, BeginLine(on_terminal, saved.empty()),
                                   PaceOf(options), !options.save.empty()};
  if (!saved.empty()) return lab::RestoreSaved(saved, image, how);
  DUALPATH_TRY(const lab::Steps steps, lab::RigSteps(cache));
  return lab::RestoreSnapshot(cache, image, steps, how);
}

Status SaveShellVm(const std::string& name, lab::Vm& vm, const lab::Cache& cache,
                   const lab::Image& image) {
  DUALPATH_TRY(const std::string answer,
               vm.Request(
                   kReleasePayload, [](const std::string&) {}, lab::Limit{kReleaseBudget}));
  if (answer != lab::protocol::kFree) {
    return Error::Because("save the snapshot", name,
                          "a background process of the shell still uses /payload; end it first");
  }
  return lab::SaveSnapshot(vm, image, NamedSnapshot(cache, name));
}

}  // namespace dualpath::cli
