#include "helpers/multipath/service.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <csignal>
#include <filesystem>
#include <utility>

#include "helpers/base/boot_id.h"
#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/replace_file.h"
#include "helpers/dm/device.h"
#include "helpers/host/place.h"
#include "helpers/process/process.h"

namespace dualpath::multipath {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr char kCreatedMainConfig[] = "# Created by dualpath, without settings; safe to delete.\n";

constexpr seconds kServiceBudget{60};
constexpr seconds kReplyBudget{20};

// The first version whose "show daemon" replies "idle" once the configuration is read, and
// "running" possibly before. Older versions always reply "running".
constexpr Version kRepliesIdle{0, 6, 1};

Status Systemctl(const std::string& verb) {
  DUALPATH_TRY_STATUS(
      process::ExecuteChecked({{"systemctl", verb, "multipathd"}}, Deadline::In(kServiceBudget)));
  return Ok{};
}

Status Signal(const std::string& name) {
  DUALPATH_TRY_STATUS(process::ExecuteChecked(
      {{"systemctl", "kill", "--signal=" + name, "multipathd"}}, Deadline::In(kServiceBudget)));
  return Ok{};
}

Result<bool> IsActive() {
  DUALPATH_TRY(const process::Output active,
               process::Execute({{"systemctl", "is-active", "--quiet", "multipathd"}},
                                Deadline::In(kServiceBudget)));
  return active.exit.ok();
}

std::string DirectoryOf(const std::string& file) { return fs::path(file).parent_path().string(); }

}  // namespace

Result<Version> InstalledVersion() {
  DUALPATH_TRY(const process::Output usage,
               process::Execute({{"multipath", "-h"}}, Deadline::In(kServiceBudget)));
  return ParseVersion(usage.err + usage.out);
}

Service::Machine Service::Machine::This() {
  Machine machine;
  const auto place = host::CurrentPlace();
  machine.has_only_ours = place.ok() && *place == host::Place::kLab;
  machine.systemctl = Systemctl;
  machine.signal = Signal;
  machine.is_active = IsActive;
  machine.installed_version = multipath::InstalledVersion;
  machine.maps = [] { return dm::MultipathMaps(); };
  machine.remove_map = dm::Remove;
  return machine;
}

Service::Service(std::string state_directory, Machine machine)
    : state_directory_(std::move(state_directory)), machine_(std::move(machine)) {}

/// Waits until multipathd has read its configuration and set up its maps.
Status Service::AwaitIdle() const {
  const auto never_replies_idle = [&] {
    const auto version = machine_.installed_version();
    return version.ok() && *version < kRepliesIdle;
  };
  return WaitUntil(
      "wait until configured", "multipathd", Deadline::In(kServiceBudget), [&]() -> std::string {
        const auto reply = machine_.daemon.Ask("show daemon", Deadline::In(kReplyBudget));
        if (!reply.ok()) return reply.error().ToString();
        // "pid 77 idle (pending reconfigure)": a busy multipathd acknowledges
        // "reconfigure" before it is carried out.
        if (boost::contains(*reply, "pending")) return *reply;
        if (boost::contains(*reply, " idle")) return "";
        return boost::contains(*reply, " running") && never_replies_idle() ? "" : *reply;
      });
}

/// A killed case may have left multipathd held, in which state it answers nobody.
Status Service::ContinueIfHeld() const {
  DUALPATH_TRY(const bool active, machine_.is_active());
  return active ? Continue() : Status(Ok{});
}

Status Service::Start() const {
  DUALPATH_TRY_STATUS(ContinueIfHeld());
  DUALPATH_TRY(const bool running, machine_.daemon.Running());
  if (!running) DUALPATH_TRY_STATUS(machine_.systemctl("start"));
  return AwaitIdle();
}

Status Service::Stop() const { return machine_.systemctl("stop"); }

Status Service::Kill() const {
  const Deadline deadline = Deadline::In(kServiceBudget);
  DUALPATH_TRY(const pid_t pid, machine_.daemon.Pid(deadline));
  const std::string process = std::to_string(pid);
  if (::kill(pid, SIGKILL) != 0) return Error::FromErrno("kill multipathd", process, errno);
  return WaitUntil("kill multipathd", process, deadline, [&] {
    return fs::exists("/proc/" + process) ? "the process still exists" : "";
  });
}

std::string Service::OriginalStateFile() const { return state_directory_ + "/multipathd.json"; }

/// Files to which multipathd adds a line for each disk.
std::vector<std::string> Service::ListFiles() const {
  return {machine_.wwids, machine_.bindings, machine_.reservation_keys};
}

Result<OriginalState> Service::SaveOriginalState(const std::string& wwid) const {
  DUALPATH_TRY(auto saved, OriginalState::Read(OriginalStateFile()));
  if (saved) return *std::move(saved);
  OriginalState now;
  DUALPATH_TRY(now.boot_id, BootId());
  DUALPATH_TRY(now.was_running, machine_.is_active());
  DUALPATH_TRY(const auto maps, machine_.maps());
  for (const dm::MultipathMap& map : maps) {
    if (map.wwid != wwid) now.maps.push_back(map.wwid);
  }
  std::vector<std::string> files = ListFiles();
  files.push_back(machine_.main_config);
  for (const std::string& file : files) {
    if (!fs::exists(file)) continue;
    DUALPATH_TRY(now.files[file], ReadFile(file));
  }
  for (const std::string& file : {machine_.drop_in, machine_.wwids}) {
    if (fs::exists(DirectoryOf(file))) now.directories.push_back(DirectoryOf(file));
  }
  DUALPATH_TRY_STATUS(now.Write(OriginalStateFile()));
  return now;
}

Status Service::Apply(const Config& config, const std::string& wwid) const {
  DUALPATH_TRY(const Version version, machine_.installed_version());
  DUALPATH_TRY(const OriginalState before, SaveOriginalState(wwid));
  std::string drop_in = Render(config, Dialect::Of(version));
  const bool touched_no_disk = !before.was_running || !before.HadFile(machine_.main_config);
  if (touched_no_disk && !machine_.has_only_ours) {
    std::vector<std::string> allowed = before.maps;
    allowed.push_back(wwid);
    drop_in += RenderBlacklistExcept(allowed);
  }
  // The drop-in first: from the moment on that there is a main configuration, udev's rules and
  // `multipath -c` decide by both.
  DUALPATH_TRY_STATUS(WriteFileDurably(machine_.drop_in, drop_in));
  if (!fs::exists(machine_.main_config)) {
    DUALPATH_TRY_STATUS(WriteFileDurably(machine_.main_config, kCreatedMainConfig));
  }
  DUALPATH_TRY(const bool active, machine_.is_active());
  DUALPATH_TRY_STATUS(active ? machine_.daemon.Reconfigure(Deadline::In(kServiceBudget))
                             : machine_.systemctl("start"));
  return AwaitIdle();
}

bool Service::IsChanged() const {
  return fs::exists(OriginalStateFile()) || fs::exists(machine_.drop_in);
}

/// Removes the maps that multipathd created since it was started by us, and adds their WWIDs to
/// `wwids`.
Status Service::RemoveNewMaps(const OriginalState& before, std::vector<std::string>& wwids) const {
  DUALPATH_TRY(const auto maps, machine_.maps());
  for (const dm::MultipathMap& map : maps) {
    if (before.HadMap(map.wwid)) continue;
    // By multipathd while it runs, which also removes the maps of the partitions.
    DUALPATH_TRY(const bool active, machine_.is_active());
    if (active) {
      DUALPATH_TRY_STATUS(machine_.daemon.Ask("del map " + map.name, Deadline::In(kServiceBudget)));
    }
    DUALPATH_TRY(const auto left, machine_.maps());
    const bool removed = std::none_of(left.begin(), left.end(), [&](const dm::MultipathMap& each) {
      return each.wwid == map.wwid;
    });
    const Status status = removed ? Status(Ok{}) : machine_.remove_map(map.name);
    if (status.ok()) {
      wwids.push_back(map.wwid);
    } else {
      // Whoever uses it, for example by a mount, keeps it.
      spdlog::warn("the map {} (WWID {}) exists only since multipathd was started, and stays: {}",
                   map.name, map.wwid, status.error().ToString());
    }
  }
  return Ok{};
}

Status Service::RemoveConfiguration(const OriginalState& before) const {
  if (!before.HadFile(machine_.main_config)) {
    const auto content = ReadFile(machine_.main_config);
    // Keeps the file if the administrator has changed it.
    if (content.ok() && *content == kCreatedMainConfig) {
      DUALPATH_TRY_STATUS(RemoveFile(machine_.main_config));
    }
  }
  DUALPATH_TRY_STATUS(RemoveFile(machine_.drop_in));
  for (const std::string& file : {machine_.main_config, machine_.drop_in}) {
    DUALPATH_TRY_STATUS(RemoveFile(ReplacementOf(file)));
  }
  return Ok{};
}

/// Removes the WWID like `multipath -w`, which needs the device, but that may no longer exist. An
/// unregistered key stays in the keys file, commented out with '#'.
Status Service::Forget(const OriginalState& before, const std::string& wwid) const {
  for (const std::string& file : ListFiles()) {
    const auto found = before.files.find(file);
    const std::string original = found == before.files.end() ? "" : found->second;
    const std::string ending = file == machine_.wwids ? "/" + wwid + "/" : " " + wwid;
    DUALPATH_TRY_STATUS(EditFile(file, [&](const std::string& content) {
      return WithoutOurLines(content, original, ending);
    }));
    DUALPATH_TRY_STATUS(RemoveFile(ReplacementOf(file)));
  }
  return Ok{};
}

Status Service::RemoveCreatedFiles(const OriginalState& before) const {
  for (const std::string& file : ListFiles()) {
    const auto content = ReadFile(file);
    if (before.HadFile(file) || !content.ok() || !HasOnlyComments(*content)) continue;
    DUALPATH_TRY_STATUS(RemoveFile(file));
  }
  for (const std::string& file : {machine_.drop_in, machine_.wwids}) {
    std::error_code not_empty;
    if (!before.HadDirectory(DirectoryOf(file))) fs::remove(DirectoryOf(file), not_empty);
  }
  return Ok{};
}

Status Service::Restore(const std::string& wwid) const {
  if (!IsChanged()) return Ok{};
  DUALPATH_TRY_STATUS(ContinueIfHeld());
  DUALPATH_TRY(const auto saved, OriginalState::Read(OriginalStateFile()));
  DUALPATH_TRY(const std::string boot_id, BootId());
  OriginalState before;
  if (saved) {
    before = *saved;
  } else {
    DUALPATH_TRY(before.was_running, machine_.is_active());
  }
  std::vector<std::string> wwids = {wwid};
  // The maps of another boot are not those that multipathd created since we started it.
  if (saved && !before.was_running && before.boot_id == boot_id) {
    DUALPATH_TRY_STATUS(RemoveNewMaps(before, wwids));
  }
  if (saved && !before.was_running) DUALPATH_TRY_STATUS(machine_.systemctl("stop"));
  DUALPATH_TRY_STATUS(RemoveConfiguration(before));
  for (const std::string& each : wwids) DUALPATH_TRY_STATUS(Forget(before, each));
  if (before.was_running) {
    DUALPATH_TRY(const bool running, machine_.daemon.Running());
    if (running) {
      DUALPATH_TRY_STATUS(machine_.daemon.Reconfigure(Deadline::In(kServiceBudget)));
      DUALPATH_TRY_STATUS(AwaitIdle());
    } else {
      DUALPATH_TRY_STATUS(Start());
    }
  }
  if (saved) DUALPATH_TRY_STATUS(RemoveCreatedFiles(before));
  return RemoveFile(OriginalStateFile());
}

}  // namespace dualpath::multipath
