#include "cases/host_world.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <vector>

#include "fixtures/guest.h"
#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/dm/device.h"
#include "helpers/dm/sysfs_maps.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/inventory.h"
#include "helpers/lio/loopback.h"
#include "helpers/lio/wwid.h"
#include "helpers/process/process.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kTheirFile[] = "/home/opc/storage.raw";
constexpr char kTheirSerial[] = "2d347b7c-8b80-41e9-bc81-7234e0bbccdd";  // the article's
constexpr std::uint64_t kTheirSize = std::uint64_t{4} << 20;

constexpr char kAdministratorsConf[] =
    "# The administrator's own.\n"
    "defaults {\n"
    "\tuser_friendly_names yes\n"
    "\tfind_multipaths no\n"
    "}\n"
    "blacklist {\n"
    "\tdevnode \"^(vd|sr|fd)\"\n"
    "}\n";
constexpr char kSiteConf[] =
    "devices {\n\tdevice {\n\t\tvendor \"ACME\"\n\t\tproduct \"disk\"\n\t\tno_path_retry 7\n\t}\n"
    "}\n";
// Neither sorted nor with multipathd's header: it must come back as it was.
constexpr char kBindings[] =
    "mpathz 360000000000000000000000000000bbb\n"
    "# by hand\n"
    "mpathy 360000000000000000000000000000aaa\n";
constexpr char kWwids[] = "# by hand\n/360000000000000000000000000000bbb/\n";
constexpr char kDomain[] =
    "<domain type='qemu'><name>theirs</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>"
    "<os><type arch='x86_64'>hvm</type></os></domain>\n";

Result<std::string> Run(const std::vector<std::string>& words) {
  return process::ExecuteChecked({words}, Deadline::In(minutes(1)));
}

/// Waits for the map and its paths, which multipathd adds one by one.
Status AwaitMapOf(const std::string& wwid, std::size_t paths) {
  return WaitUntil("wait for the map of", wwid, Deadline::In(seconds(60)), [&]() -> std::string {
    const auto names = dm::NamesOfMaps(wwid);
    if (!names.ok()) return names.error().ToString();
    if (names->empty()) return "no map";
    const auto table = dm::LoadedTable(names->front());
    if (!table.ok()) return table.error().ToString();
    std::size_t found = 0;
    for (const dm::PathGroup& group : table->groups) found += group.paths.size();
    return found == paths ? "" : std::to_string(found) + " paths";
  });
}

std::string Describe(const fs::path& path) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0) return "cannot be read";
  std::string text = std::to_string(info.st_mode) + " " + std::to_string(info.st_uid) + " " +
                     std::to_string(info.st_gid) + " ";
  if (S_ISLNK(info.st_mode)) return text + "-> " + fs::read_symlink(path).string();
  if (!S_ISREG(info.st_mode)) return text;
  const auto content = ReadFile(path.string());
  return text + (content.ok() ? *content : content.error().ToString());
}

void AddFilesBelow(const std::string& root, HostWorld::State& state) {
  std::error_code ec;
  for (const auto& entry : fs::recursive_directory_iterator(root, ec)) {
    state[entry.path().string()] = Describe(entry.path());
  }
}

}  // namespace

Result<HostWorld> HostWorld::Create(Multipathd multipathd) {
  const int down = RunInChild([] { return Guest::TearDownRig(RigOptions().directory); });
  if (down != 0) {
    return Error::Because("take down the lab's rig", RigOptions().directory,
                          "exit status " + std::to_string(down));
  }
  for (const char* unit : {"multipathd.socket", "multipathd.service"}) {
    DUALPATH_TRY_STATUS(Run({"systemctl", "stop", unit}));
  }
  std::error_code ec;
  fs::remove_all("/etc/multipath", ec);
  fs::remove("/etc/multipath.conf", ec);
  if (multipathd == Multipathd::kRunning) {
    DUALPATH_TRY_STATUS(WriteFileAtomically("/etc/multipath.conf", kAdministratorsConf));
    DUALPATH_TRY_STATUS(WriteFileAtomically("/etc/multipath/conf.d/site.conf", kSiteConf));
    DUALPATH_TRY_STATUS(WriteFileAtomically("/etc/multipath/bindings", kBindings));
    DUALPATH_TRY_STATUS(WriteFileAtomically("/etc/multipath/wwids", kWwids));
    DUALPATH_TRY_STATUS(Run({"systemctl", "start", "multipathd"}));
  }
  DUALPATH_TRY_STATUS(WriteFileAtomically("/run/theirs.xml", kDomain));
  DUALPATH_TRY_STATUS(Run({"virsh", "-c", "qemu:///system", "define", "/run/theirs.xml"}));

  DUALPATH_TRY_STATUS(lio::CreateBackingFile(kTheirFile, kTheirSize));
  DUALPATH_TRY_STATUS(WriteAt(kTheirFile, 0, std::string(kTheirSize, 'x')));
  lio::FileBackstore::Options options;
  options.file = kTheirFile;
  options.size_bytes = kTheirSize;
  options.serial = kTheirSerial;
  DUALPATH_TRY(const auto backstore, lio::FileBackstore::Create(options));
  HostWorld world(backstore.object());
  const std::vector<std::string> targets = {"naa.5001405000000001", "naa.5001405000000002"};
  for (const std::string& naa : targets) DUALPATH_TRY_STATUS(world.AddTarget(naa));
  if (multipathd == Multipathd::kRunning) {
    DUALPATH_TRY(const std::string wwid, lio::WwidFromSerial(kTheirSerial));
    DUALPATH_TRY_STATUS(AwaitMapOf(wwid, targets.size()));
  }
  return world;
}

Status HostWorld::AddTarget(const std::string& naa) const {
  DUALPATH_TRY(const auto backstore, lio::FileBackstore::Open(backstore_));
  lio::LoopbackTarget::Options options;
  options.naa = naa;
  options.nexus = "naa.5001405aaaaaaa" + naa.substr(naa.size() - 2);  // random, as targetcli's
  DUALPATH_TRY_STATUS(lio::LoopbackTarget::Create(options, backstore));
  return Ok{};
}

Result<HostWorld::State> HostWorld::Look() {
  State state;
  AddFilesBelow("/etc", state);
  AddFilesBelow("/home/opc", state);
  AddFilesBelow("/var/lib/dualpath", state);
  AddFilesBelow("/var/target", state);
  for (const char* root : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    AddFilesBelow(std::string(root) + "/instances", state);
  }
  DUALPATH_TRY(const auto inventory, lio::Inventory::Take());
  state["LIO"] = inventory.ToString();
  DUALPATH_TRY(auto maps, dm::MultipathMaps());
  for (const dm::MultipathMap& map : maps) {
    DUALPATH_TRY(state["table of " + map.wwid + " " + map.name],
                 Run({"dmsetup", "table", map.name}));
  }
  const std::vector<std::string> virsh = {"virsh", "-c", "qemu:///system"};
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.begin(), virsh.begin(), virsh.end());
    return Run(words);
  };
  DUALPATH_TRY(state["domains"], ask({"list", "--all"}));
  DUALPATH_TRY(state["domain theirs"], ask({"dumpxml", "theirs"}));
  DUALPATH_TRY(const auto active, process::Execute({{"systemctl", "is-active", "multipathd"}},
                                                   Deadline::In(minutes(1))));
  state["multipathd"] = active.out;
  return state;
}

std::string HostWorld::Differences(const State& before, const State& after) {
  constexpr std::size_t kMost = 400;
  State all = before;
  all.insert(after.begin(), after.end());
  const auto value = [](const State& state, const std::string& name) {
    const auto found = state.find(name);
    return found == state.end() ? std::string("(nothing)") : found->second;
  };
  std::string text;
  for (const auto& [name, ignored] : all) {
    const std::string was = value(before, name);
    const std::string is = value(after, name);
    if (was == is) continue;
    text += name + "\n  was " + was.substr(0, kMost) + "\n  is  " + is.substr(0, kMost) + "\n";
  }
  return text;
}

int RunInChild(const std::function<Status()>& action,
               std::optional<std::chrono::milliseconds> kill_after) {
  std::cout << std::flush;
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    const Status status = action();
    if (!status.ok()) std::cerr << "child: " << status.error().ToString() << std::endl;
    ::_exit(status.ok() ? 0 : 1);
  }
  int status = 0;
  const auto ended = [&] { return ::waitpid(child, &status, WNOHANG) == child; };
  const Deadline deadline =
      kill_after ? Deadline::InUnscaled(*kill_after) : Deadline::In(minutes(10));
  if (!PollUntil(deadline, ended)) {
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace dualpath
