#include "ci/dualpath/shell.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "ci/results/results.h"
#include "helpers/base/eventually.h"
#include "helpers/base/exit_code.h"
#include "helpers/lab/copy.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/saved_snapshot.h"
#include "helpers/lab/session.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/steps.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/shell_words.h"
#include "helpers/process/terminal.h"

namespace dualpath::cli {
namespace {

// Mounted rather than copied into RAM: a person sees no jump of virtual time.
// A kept VM may remember another payload.
constexpr char kMountPayload[] =
    "mkdir -p /payload /run/dualpath; blockdev --flushbufs /dev/vda; "
    "mount -o ro /dev/vda /payload";
const std::string kLetGoOfPayload = "wait; umount /payload && blockdev --flushbufs /dev/vda && " +
                                    lab::protocol::Echo(lab::protocol::kFree) + " || " +
                                    lab::protocol::Echo(lab::protocol::kBusy);
constexpr std::chrono::seconds kLetGoBudget{30};

// The person first; the guest's writes begin a moment later.
constexpr char kStartIo[] =
    "nice -n 19 /payload/start dualpath-rig start-io </dev/null >/run/dualpath/start-io.log 2>&1 "
    "3>&- 5>&- &";

// Once for all: what arrives while the port is closed, or about to be, is lost.
constexpr char kOpenResults[] = "[ -e /dev/fd/5 ] || exec 5<>/dev/virtio-ports/dualpath.results";

// What the VM runs for the shell. Not among the scripts of every payload: those are in the
// snapshot's key, which must not change with the shell.
constexpr char kScripts[] = DUALPATH_LAB_RECIPES "/shell";

constexpr char kGuestConsole[] = "/var/lib/dualpath/guest-console.log";
constexpr std::chrono::hours kLongestLook{24};
constexpr std::chrono::seconds kFetchBudget{30};
constexpr PollPace kConsolePace{std::chrono::seconds(1), std::chrono::seconds(1)};

/// What programs need to know of the terminal that they are seen on.
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

void Greet(const std::string& name, lab::Pace pace) {
  std::cerr << "dualpath: root shell of the lab VM '" << name
            << "', which is gone after it; ~. after Enter leaves, ~? helps. "
            << (pace == lab::Pace::kReal
                    ? "Its time is real. "
                    : "Its time flies while nothing happens (--live: real time). ")
            << "The guest writes once a second: dualpath-rig io.\n";
}

lab::Pace PaceOf(const ShellOptions& options) {
  const bool real = options.live || options.accelerator == lab::Accelerator::kKvm;
  return real ? lab::Pace::kReal : lab::Pace::kVirtual;
}

std::string NamedState(const lab::Cache& cache, const std::string& name) {
  return cache.root() + "/kept/" + name;
}

/// The state to go on from; empty: that of the snapshot.
std::string StateToRestore(const ShellOptions& options, const lab::Cache& cache) {
  if (!options.from.empty()) return NamedState(cache, options.from);
  if (options.at.empty()) return "";
  return lab::SnapshotOfCase(
      (options.results.empty() ? process::DefaultResults() : options.results) + "/" +
      results::DirectoryName(options.at));
}

Result<lab::Restored> RestoreFor(const ShellOptions& options, bool on_terminal,
                                 const lab::Cache& cache, const lab::Image& image) {
  DUALPATH_TRY(const lab::Payload payload,
               lab::MakePayload(cache, {process::RigProgram(), process::GuestAgent()},
                                lab::FilesIn(kScripts)));
  const std::string state = StateToRestore(options, cache);
  const lab::RestoreOptions how = {payload.image, BeginLine(on_terminal, state.empty()),
                                   PaceOf(options), !options.save.empty()};
  if (!state.empty()) return lab::RestoreSaved(state, image, how);
  DUALPATH_TRY(const lab::Steps steps, lab::RigSteps(cache));
  return lab::RestoreSnapshot(cache, image, steps, how);
}

Result<lab::Session::End> RunSession(lab::Vm& vm, lab::CopyDoor* door) {
  if (door == nullptr) return lab::Session::OfScript(vm).Run();
  Greet(door->name(), vm.pace());
  DUALPATH_TRY(const process::RawTerminal raw, process::RawTerminal::Of(STDIN_FILENO));
  return lab::Session::OnTerminal(vm, door).Run();
}

Status KeepUnder(const std::string& name, lab::Vm& vm, const lab::Cache& cache,
                 const lab::Image& image) {
  DUALPATH_TRY(const std::string answer,
               vm.Request(
                   kLetGoOfPayload, [](const std::string&) {}, Deadline::In(kLetGoBudget)));
  if (answer != lab::protocol::kFree) {
    return Error::Because("keep the state", name, "something still runs from /payload");
  }
  return lab::SaveSnapshot(vm, image, NamedState(cache, name));
}

Result<int> RunShell(const ShellOptions& options) {
  std::optional<lab::CopyDoor> door;
  if (::isatty(STDIN_FILENO) == 1) {
    DUALPATH_TRY(lab::CopyDoor opened, lab::CopyDoor::Open(options.name));
    door.emplace(std::move(opened));
  }
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(const lab::Image image, lab::GetImage(cache, options.stack, options.accelerator));
  DUALPATH_TRY(lab::Restored restored, RestoreFor(options, door.has_value(), cache, image));
  DUALPATH_TRY(const lab::Session::End end, RunSession(restored.vm, door ? &*door : nullptr));
  if (end.left) std::cerr << "\n";
  if (options.save.empty()) return end.code;
  if (end.left) {
    return Error::Because("keep the state", options.save, "the shell was left, and not ended");
  }
  DUALPATH_TRY_STATUS(KeepUnder(options.save, restored.vm, cache, image));
  return end.code;
}

/// Until the shell has gone.
Result<int> FollowGuestConsole(const std::string& name) {
  const lab::LabPath console{name.empty() ? "lab" : name, kGuestConsole};
  std::size_t shown = 0;
  std::optional<Error> failure;
  PollUntil(
      Deadline::In(kLongestLook),
      [&] {
        const auto news = lab::FetchFile(console, shown, Deadline::In(kFetchBudget));
        if (!news.ok()) {
          failure = news.error();
          return true;
        }
        std::cout << news->content << std::flush;
        shown += news->content.size();
        return !std::cout;
      },
      kConsolePace);
  if (failure && shown == 0) return *failure;
  return int{kAllPassed};
}

}  // namespace

int Shell(const ShellOptions& options) {
  for (const std::string* name : {&options.name, &options.from, &options.save}) {
    if (name->empty() || lab::IsShellName(*name)) continue;
    std::cerr << "dualpath shell: a name has letters, digits, '-' and '_', not '" << *name << "'\n";
    return kUsage;
  }
  const Result<int> code = options.guest ? FollowGuestConsole(options.name) : RunShell(options);
  if (code.ok()) return *code;
  process::StopIfEnding();
  std::cerr << "dualpath shell: " << code.error().ToString() << "\n";
  return kInfrastructure;
}

}  // namespace dualpath::cli
