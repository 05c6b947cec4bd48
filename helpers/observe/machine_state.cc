#include "helpers/observe/machine_state.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <system_error>

#include "helpers/base/file.h"
#include "helpers/process/process_table.h"

namespace dualpath::observe {
namespace {

namespace fs = std::filesystem;
using process::RunningProcess;

/// Deep enough for "loopback/naa.X/tpgt_1/lun/lun_0", without the kernel's own subdirectories.
constexpr int kDeepest = 5;

/// LIO creates these with each object.
bool IsMadeByKernel(const std::string& name) {
  return name == "attrib" || name == "param" || name == "auth" || name == "statistics" ||
         name == "action" || name == "pr" || name == "wwn" || name == "alua" ||
         name == "fabric_statistics";
}

/// Adds the directories below `directory`. A fabric appears with its first use and stays.
Status AddDirectories(const std::string& directory, const std::string& name, int depth,
                      std::set<std::string>& objects) {
  std::error_code ec;
  for (fs::directory_iterator entry(directory, ec); !ec && entry != fs::directory_iterator();
       entry.increment(ec)) {
    const std::string file = entry->path().filename();
    if (!entry->is_directory(ec) || entry->is_symlink(ec) || IsMadeByKernel(file)) continue;
    const std::string path = name + (name.empty() ? "" : "/") + file;
    if (depth > 1) objects.insert("configfs " + path);
    if (depth < kDeepest) {
      DUALPATH_TRY_STATUS(AddDirectories(entry->path(), path, depth + 1, objects));
    }
  }
  // Without LIO's modules there is no directory; a foreign object may be removed at any time.
  if (!ec || ec == std::errc::no_such_file_or_directory) return Ok{};
  return Error::FromErrno("list objects of LIO", directory, ec.value());
}

Status AddMaps(const std::string& block, std::set<std::string>& objects) {
  std::error_code ec;
  for (fs::directory_iterator device(block, ec); !ec && device != fs::directory_iterator();
       device.increment(ec)) {
    if (device->path().filename().string().rfind("dm-", 0) != 0) continue;
    const auto name = ReadAttribute(device->path().string() + "/dm/name");
    if (name.ok()) objects.insert("map " + *name);
  }
  if (ec) return Error::FromErrno("list maps", block, ec.value());
  return Ok{};
}

/// Mounts that come and go with logins and services, and tracefs where it is mounted by its use.
bool IsOfTheSystem(const std::string& point, const std::string& type) {
  return point.rfind("/run/", 0) == 0 || type == "autofs" || type == "tracefs";
}

/// Parses mountinfo, proc_pid_mountinfo(5): the fifth field is the mount point, and the file system
/// follows " - ".
Status AddMounts(const std::string& proc, std::set<std::string>& objects) {
  DUALPATH_TRY(const std::string text, ReadFile(proc + "/self/mountinfo"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string point;
    for (int i = 0; i < 5; ++i) words >> point;
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const std::string type = line.substr(dash + 3, line.find(' ', dash + 3) - dash - 3);
    if (IsOfTheSystem(point, type)) continue;
    objects.insert("mount " + point + " (" + type + ")");
  }
  return Ok{};
}

/// "socket:[123]" -> "socket", "/dev/sdb (deleted)" -> "/dev/sd": a path that returns may have
/// another name.
std::string KindOf(const std::string& target) {
  if (target.rfind("/dev/sd", 0) == 0) return "/dev/sd";
  if (target.rfind("/dev/dm-", 0) == 0) return "/dev/dm-";
  return target.substr(0, target.find(":["));
}

std::map<std::string, int> DescriptorsOf(const std::string& process) {
  std::map<std::string, int> kinds;
  std::error_code ec;
  for (fs::directory_iterator fd(process + "/fd", ec); !ec && fd != fs::directory_iterator();
       fd.increment(ec)) {
    std::error_code closed;
    const std::string target = fs::read_symlink(fd->path(), closed);
    if (!closed) ++kinds[KindOf(target)];
  }
  return kinds;
}

bool Descends(const RunningProcess& process, int from, const std::vector<RunningProcess>& all) {
  int parent = process.parent;
  while (parent > 1) {
    if (parent == from) return true;
    const auto next = std::find_if(all.begin(), all.end(),
                                   [&](const RunningProcess& each) { return each.pid == parent; });
    if (next == all.end() || next->parent == parent) return false;
    parent = next->parent;
  }
  return false;
}

}  // namespace

Result<MachineState> TakeMachineState(const MachineRoots& roots) {
  MachineState state;
  DUALPATH_TRY_STATUS(AddDirectories(roots.configfs, "", 1, state.objects));
  DUALPATH_TRY_STATUS(AddMaps(roots.block, state.objects));
  DUALPATH_TRY_STATUS(AddMounts(roots.proc, state.objects));
  DUALPATH_TRY(const auto processes, process::RunningProcesses(roots.proc));
  for (const RunningProcess& process : processes) {
    state.processes.insert({process.pid, process.started});
    if (process.name != "multipathd") continue;
    state.multipathd = process.pid;
    state.descriptors = DescriptorsOf(roots.proc + "/" + std::to_string(process.pid));
  }
  return state;
}

Result<std::vector<std::string>> LeftSince(const MachineState& before, const MachineState& now,
                                           const MachineRoots& roots) {
  std::vector<std::string> left;
  std::set_difference(now.objects.begin(), now.objects.end(), before.objects.begin(),
                      before.objects.end(), std::back_inserter(left));
  DUALPATH_TRY(const auto processes, process::RunningProcesses(roots.proc));
  const int self = roots.self != 0 ? roots.self : ::getpid();
  const auto group_of = [&](int pid) {
    const auto group = ReadFile(roots.proc + "/" + std::to_string(pid) + "/cgroup");
    return group.ok() ? *group : "";
  };
  for (const RunningProcess& process : processes) {
    if (process.pid == self || before.processes.count({process.pid, process.started}) != 0)
      continue;
    const bool orphan = process.parent == 1 && group_of(process.pid) == group_of(self);
    if (!orphan && !Descends(process, self, processes)) continue;
    left.push_back("process " + std::to_string(process.pid) + " (" + process.name + ")");
  }
  // A daemon that was started again has other files.
  if (before.multipathd == now.multipathd) {
    for (const auto& [kind, count] : now.descriptors) {
      const auto earlier = before.descriptors.find(kind);
      const int had = earlier == before.descriptors.end() ? 0 : earlier->second;
      if (count <= had) continue;
      left.push_back("multipathd has " + std::to_string(count) + " open files of kind " + kind +
                     ", before " + std::to_string(had));
    }
  }
  return left;
}

std::vector<std::string> GoneSince(const MachineState& before, const MachineState& now) {
  std::vector<std::string> gone;
  std::set_difference(before.objects.begin(), before.objects.end(), now.objects.begin(),
                      now.objects.end(), std::back_inserter(gone));
  return gone;
}

}  // namespace dualpath::observe
