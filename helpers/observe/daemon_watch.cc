#include "helpers/observe/daemon_watch.h"

#include <algorithm>
#include <utility>

#include "helpers/base/file.h"

namespace dualpath::observe {
namespace {

using process::RunningProcess;

bool BeginsWith(const std::string& text, const std::string& beginning) {
  return text.rfind(beginning, 0) == 0;
}

std::string Pids(const std::vector<RunningProcess>& processes) {
  std::string text;
  for (const RunningProcess& each : processes) {
    text += (text.empty() ? "process " : ", ") + std::to_string(each.pid);
  }
  return text.empty() ? "no process" : text;
}

}  // namespace

DaemonWatch& DaemonWatch::OfThisProcess() {
  static DaemonWatch watch;
  return watch;
}

Result<std::vector<RunningProcess>> DaemonWatch::Find(const Daemon& daemon) const {
  DUALPATH_TRY(const auto all, process::RunningProcesses(proc_));
  std::vector<RunningProcess> found;
  for (const RunningProcess& each : all) {
    const bool is_program =
        std::any_of(daemon.programs.begin(), daemon.programs.end(),
                    [&](const std::string& program) { return BeginsWith(each.name, program); });
    if (!is_program) continue;
    if (!daemon.argument.empty()) {
      const auto command_line = ReadFile(proc_ + "/" + std::to_string(each.pid) + "/cmdline");
      if (!command_line.ok() || command_line->find(daemon.argument) == std::string::npos) continue;
    }
    found.push_back(each);
  }
  // A daemon forks children that have its name until they run another program.
  const std::vector<RunningProcess> parents = found;
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const RunningProcess& child) {
                               return std::any_of(parents.begin(), parents.end(),
                                                  [&](const RunningProcess& parent) {
                                                    return parent.pid == child.parent;
                                                  });
                             }),
              found.end());
  return found;
}

Status DaemonWatch::Watch(const Daemon& daemon) {
  DUALPATH_TRY(auto processes, Find(daemon));
  if (processes.empty() && !daemon.optional) {
    return Error::Because("watch daemon", daemon.name, "not running");
  }
  watched_[daemon.name] = {daemon, std::move(processes)};
  return Ok{};
}

Result<std::vector<std::string>> DaemonWatch::Ended() const {
  std::vector<std::string> ended;
  if (watched_.empty()) return ended;
  for (const auto& [name, watched] : watched_) {
    DUALPATH_TRY(const auto now, Find(watched.daemon));
    for (const RunningProcess& before : watched.processes) {
      if (std::find(now.begin(), now.end(), before) != now.end()) continue;
      ended.push_back(name + " (process " + std::to_string(before.pid) +
                      ") ended during the case; now " + Pids(now));
    }
  }
  return ended;
}

Daemon Multipathd() { return {"multipathd", {"multipathd"}}; }

Daemon Libvirt() { return {"libvirt", {"libvirtd", "virtqemud"}}; }

Daemon QemuOf(const std::string& domain) { return {"QEMU", {"qemu-system", "qemu-kvm"}, domain}; }

Daemon PrHelperOf(const std::string& domain) {
  constexpr std::size_t kShortName = 20;  // in the directory of its socket, "domain-1-NAME"
  return {"qemu-pr-helper", {"qemu-pr-helper"}, "-" + domain.substr(0, kShortName) + "/", true};
}

}  // namespace dualpath::observe
