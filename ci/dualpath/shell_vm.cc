#include "ci/dualpath/shell_vm.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "ci/results/results.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/saved_snapshot.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/steps.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/progress.h"
#include "helpers/process/shell_words.h"
#include "helpers/process/terminal.h"

namespace dualpath::cli {
namespace {

// Ends the session in which the VM was saved by ~s, if any, without its `exit` line.
constexpr char kEndSavedSession[] =
    "[ ! -e /run/dualpath/session ] || { kill -KILL -$(< /run/dualpath/session); wait; "
    "rm /run/dualpath/session; }";

// Mounted instead of copied into RAM as for a case: virtual time jumps while the disk is read,
// which does not matter in an interactive shell. The VM of a saved snapshot may have cached blocks
// of another payload.
constexpr char kMountPayload[] =
    "mkdir -p /payload /run/dualpath; blockdev --flushbufs /dev/vda; "
    "mount -o ro /dev/vda /payload";
const std::string kReleasePayload = "umount /payload && blockdev --flushbufs /dev/vda && " +
                                    lab::protocol::Echo(lab::protocol::kFree) + " || " +
                                    lab::protocol::Echo(lab::protocol::kBusy);
constexpr std::chrono::seconds kReleaseBudget{30};

// The shell's scripts and its terminal run from a copy, so that ~s can unmount the payload under
// them. Not in /run, which may be mounted noexec.
constexpr char kCopyScripts[] =
    "mkdir -p /usr/local/lib/dualpath-shell; cp -r --remove-destination /payload/data/. "
    "/payload/bin/dualpath-terminal /usr/local/lib/dualpath-shell/";

constexpr char kStartIo[] =
    "/payload/start dualpath-rig start-io </dev/null >/run/dualpath/start-io.log 2>&1 3>&- 5>&-";

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

/// Returns the command that starts writes in the guest. On a terminal, the prompt appears first;
/// the first command of a script finds the guest writing.
std::string StartIo(bool on_terminal) {
  return on_terminal ? fmt::format("nice -n 19 {} &", kStartIo) : fmt::format("{};", kStartIo);
}

std::string BeginLine(const ShellOptions& options, bool on_terminal, bool start_io) {
  const process::WindowSize size = process::WindowSizeOf(STDIN_FILENO);
  const std::string how =
      on_terminal ? fmt::format("terminal {} {}{}{}", size.rows, size.columns,
                                KeepsPace(options) ? " --clock" : "", TerminalVariables())
                  : "script";
  return fmt::format(
      "{}; {}; {} && {} && {{ {} setsid /usr/local/lib/dualpath-shell/shell {} </dev/null & "
      "echo $! > /run/dualpath/session; {}; }}",
      kEndSavedSession, kOpenResults, kMountPayload, kCopyScripts,
      start_io ? StartIo(on_terminal) : "", how, lab::protocol::Echo(lab::protocol::kBegun));
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

bool KeepsPace(const ShellOptions& options) {
  return !options.warp && PaceOf(options) == lab::Pace::kVirtual;
}

Result<lab::Restored> StartShellVm(const ShellOptions& options, bool on_terminal,
                                   const lab::Cache& cache, const lab::Image& image) {
  DUALPATH_TRY(const lab::Payload payload,
               lab::MakePayload(
                   cache, {process::RigProgram(), process::GuestAgent(), process::ShellTerminal()},
                   lab::FilesIn(kScripts)));
  const std::string saved = SavedSnapshot(options, cache);
  // ~s saves the VM, too.
  const lab::RestoreOptions how = {
      payload.image, BeginLine(options, on_terminal, saved.empty() && !options.no_rig),
      PaceOf(options), on_terminal || !options.save.empty()};
  if (!saved.empty()) return lab::RestoreSaved(saved, image, how);
  if (options.no_rig) return lab::RestoreSnapshot(cache, image, lab::BootSteps(), how);
  DUALPATH_TRY(const lab::Steps steps, lab::RigSteps(cache));
  return lab::RestoreSnapshot(cache, image, steps, how);
}

Status SaveRunningShellVm(const std::string& name, const lab::Session::Ask& ask, lab::Vm& vm,
                          const lab::Cache& cache, const lab::Image& image) {
  if (!lab::IsShellName(name)) {
    return Error::Because("save the lab VM", "'" + name + "'",
                          "a name consists of letters, digits, '-' and '_': ~s NAME");
  }
  DUALPATH_TRY(const std::string released, ask(kReleasePayload));
  if (released != lab::protocol::kFree) {
    return Error::Because("save the lab VM", name,
                          "a process of the VM still uses /payload, as dualpath-rig does; end it "
                          "first");
  }
  Status saved =
      lab::SaveSnapshot(vm, image, NamedSnapshot(cache, name), lab::Vm::Afterwards::kGoOn);
  DUALPATH_TRY(const std::string mounted, ask(std::string(kMountPayload) + "; " +
                                              lab::protocol::Echo(lab::protocol::kMounted)));
  if (mounted != lab::protocol::kMounted) {
    return Error::Because("mount /payload again", "in the lab VM", mounted);
  }
  return saved;
}

Status SaveShellVm(const std::string& name, lab::Vm& vm, const lab::Cache& cache,
                   const lab::Image& image) {
  DUALPATH_TRY(const std::string answer, vm.Request(
                                             "wait; " + kReleasePayload, [](const std::string&) {},
                                             lab::Limit{kReleaseBudget}));
  if (answer != lab::protocol::kFree) {
    return Error::Because("save the snapshot", name,
                          "a background process of the shell still uses /payload; end it first");
  }
  const process::Stage stage("save the lab VM as " + name);
  return lab::SaveSnapshot(vm, image, NamedSnapshot(cache, name));
}

}  // namespace dualpath::cli
