#include "helpers/multipath/service.h"

#include <boost/algorithm/string/predicate.hpp>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/process/process.h"

namespace dualpath::multipath {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// Files in the state directory, which exist if their name is true.
constexpr char kWasRunning[] = "/multipathd-was-running";
constexpr char kWasStopped[] = "/multipathd-was-stopped";
constexpr char kMadeMainConfig[] = "/made-multipath-conf";

constexpr seconds kServiceBudget{60};
constexpr seconds kAnswerBudget{20};

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

std::string WithoutLinesThatEndIn(const std::string& ending, const std::string& content) {
  std::istringstream lines(content);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!boost::ends_with(line, ending)) kept += line + "\n";
  }
  return kept;
}

Status RemoveLines(const std::string& file, const std::string& ending) {
  return EditFile(
      file, [&](const std::string& content) { return WithoutLinesThatEndIn(ending, content); });
}

}  // namespace

Result<Version> InstalledVersion() {
  DUALPATH_TRY(const process::Output usage,
               process::Execute({{"multipath", "-h"}}, Deadline::In(kServiceBudget)));
  return ParseVersion(usage.err + usage.out);
}

Service::Machine Service::Machine::This() {
  Machine machine;
  machine.systemctl = Systemctl;
  machine.signal = Signal;
  machine.is_active = IsActive;
  machine.installed_version = multipath::InstalledVersion;
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
        const auto reply = machine_.daemon.Ask("show daemon", Deadline::In(kAnswerBudget));
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

Status Service::SaveOriginalState() const {
  for (const char* mark : {kWasRunning, kWasStopped}) {
    if (fs::exists(state_directory_ + mark)) return Ok{};
  }
  DUALPATH_TRY(const bool active, machine_.is_active());
  return WriteFileAtomically(state_directory_ + (active ? kWasRunning : kWasStopped), "");
}

Status Service::Apply(const Config& config) const {
  DUALPATH_TRY(const Version version, machine_.installed_version());
  DUALPATH_TRY_STATUS(SaveOriginalState());
  if (!fs::exists(machine_.main_config)) {
    DUALPATH_TRY_STATUS(WriteFileAtomically(state_directory_ + kMadeMainConfig, ""));
    DUALPATH_TRY_STATUS(WriteFileAtomically(machine_.main_config, ""));
  }
  DUALPATH_TRY_STATUS(WriteFileAtomically(machine_.drop_in, Render(config, Dialect::Of(version))));

  DUALPATH_TRY(const bool active, machine_.is_active());
  DUALPATH_TRY_STATUS(active ? machine_.daemon.Reconfigure(Deadline::In(kServiceBudget))
                             : machine_.systemctl("start"));
  return AwaitIdle();
}

bool Service::IsChanged() const {
  const auto there = [&](const char* mark) { return fs::exists(state_directory_ + mark); };
  return there(kWasRunning) || there(kWasStopped) || there(kMadeMainConfig);
}

/// Removes the WWID like `multipath -w`, which needs the device, but that may no longer exist. An
/// unregistered key stays in the keys file, commented out with '#'.
Status Service::Forget(const std::string& wwid) const {
  DUALPATH_TRY_STATUS(RemoveLines(machine_.wwids, "/" + wwid + "/"));
  return RemoveLines(machine_.reservation_keys, " " + wwid);
}

/// Keeps the file if the administrator has added to it.
Status Service::RemoveCreatedMainConfig() const {
  if (!fs::exists(state_directory_ + kMadeMainConfig)) return Ok{};
  std::error_code ec;
  if (fs::is_empty(machine_.main_config, ec)) return RemoveFile(machine_.main_config);
  return Ok{};
}

Status Service::Restore(const std::string& wwid) const {
  DUALPATH_TRY_STATUS(RemoveFile(machine_.drop_in));
  DUALPATH_TRY_STATUS(Forget(wwid));
  if (fs::exists(state_directory_ + kWasStopped)) {
    DUALPATH_TRY_STATUS(machine_.systemctl("stop"));
    DUALPATH_TRY_STATUS(RemoveCreatedMainConfig());
  } else {
    DUALPATH_TRY_STATUS(RemoveCreatedMainConfig());
    DUALPATH_TRY_STATUS(ContinueIfHeld());
    DUALPATH_TRY(const bool running, machine_.daemon.Running());
    if (running) {
      DUALPATH_TRY_STATUS(machine_.daemon.Reconfigure(Deadline::In(kServiceBudget)));
      DUALPATH_TRY_STATUS(AwaitIdle());
    } else if (fs::exists(state_directory_ + kWasRunning)) {
      DUALPATH_TRY_STATUS(Start());
    }
  }
  for (const char* mark : {kWasRunning, kWasStopped, kMadeMainConfig}) {
    DUALPATH_TRY_STATUS(RemoveFile(state_directory_ + mark));
  }
  return Ok{};
}

}  // namespace dualpath::multipath
