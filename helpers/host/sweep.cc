#include "helpers/host/sweep.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/dm/device.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/loopback.h"
#include "helpers/lio/wwid.h"
#include "helpers/process/process.h"

namespace dualpath::host {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kFlushBudget{20};

Status FlushMap(const std::string& map) {
  DUALPATH_TRY(const std::string output,
               process::ExecuteChecked({{"multipath", "-f", map}}, Deadline::In(kFlushBudget)));
  return Ok{};
}

bool IsThere(const std::string& path) {
  std::error_code ec;
  return fs::exists(path, ec);
}

bool LiesIn(const std::string& directory, const std::string& file) {
  const std::string normal = fs::path(file).lexically_normal();
  return normal.compare(0, directory.size() + 1, directory + "/") == 0;
}

bool Contains(const std::vector<lio::FoundBackstore>& backstores, const std::string& object) {
  return std::any_of(backstores.begin(), backstores.end(),
                     [&](const lio::FoundBackstore& each) { return each.object == object; });
}

bool IsFileOf(const std::vector<lio::FoundBackstore>& backstores, const std::string& file) {
  return std::any_of(backstores.begin(), backstores.end(),
                     [&](const lio::FoundBackstore& each) { return each.file == file; });
}

bool LeadsTo(const lio::FoundTarget& target, const std::string& object) {
  return std::any_of(target.luns.begin(), target.luns.end(),
                     [&](const lio::FoundLun& lun) { return lun.backstore_object == object; });
}

/// Whether a target leads nowhere, as one that was half made, half removed, or unlinked by a case.
bool LeadsNowhere(const lio::FoundTarget& target) {
  return std::all_of(target.luns.begin(), target.luns.end(),
                     [](const lio::FoundLun& lun) { return lun.backstore_object.empty(); });
}

bool IsOurs(const lio::FoundTarget& target, const std::vector<lio::FoundBackstore>& ours) {
  if (LeadsNowhere(target)) return target.nexus == lio::LoopbackTarget::DerivedNexus(target.naa);
  return std::all_of(target.luns.begin(), target.luns.end(), [&](const lio::FoundLun& lun) {
    return lun.backstore_object.empty() || Contains(ours, lun.backstore_object);
  });
}

/// The WWIDs of backstores that have one.
std::vector<std::string> WwidsOf(const std::vector<lio::FoundBackstore>& backstores) {
  std::vector<std::string> wwids;
  for (const lio::FoundBackstore& backstore : backstores) {
    const auto wwid = lio::WwidFromSerial(backstore.serial);
    if (wwid.ok()) wwids.push_back(*wwid);
  }
  return wwids;
}

}  // namespace

bool Leftovers::empty() const {
  return maps.empty() && lio.backstores.empty() && lio.targets.empty() && files.empty() &&
         multipath_config.empty();
}

std::string Leftovers::ToString() const {
  if (empty()) return "nothing is left over\n";
  std::string text;
  for (const LeftoverMap& map : maps) text += "map " + map.name + ": WWID " + map.wwid + "\n";
  if (!lio.backstores.empty() || !lio.targets.empty()) text += lio.ToString();
  for (const std::string& file : files) text += "file " + file + "\n";
  if (!multipath_config.empty()) text += "file " + multipath_config + "\n";
  return text;
}

Sweep::Machine Sweep::Machine::This() {
  Machine machine;
  machine.stop_queueing = [](const std::string& map) {
    return dm::SendMessage(map, "fail_if_no_path");
  };
  machine.flush_map = FlushMap;
  return machine;
}

Sweep::Sweep(Machine machine) : machine_(std::move(machine)) {}

Result<Leftovers> Sweep::Find() const {
  Leftovers leftovers;
  DUALPATH_TRY(lio::Inventory all, lio::Inventory::Take(machine_.configfs));
  for (lio::FoundBackstore& backstore : all.backstores) {
    if (!LiesIn(machine_.state_directory, backstore.file)) continue;
    if (IsThere(backstore.file)) leftovers.files.push_back(backstore.file);
    leftovers.lio.backstores.push_back(std::move(backstore));
  }
  for (const std::string& file : machine_.rig_files) {
    if (IsThere(file) && !IsFileOf(leftovers.lio.backstores, file)) leftovers.files.push_back(file);
  }
  for (lio::FoundTarget& target : all.targets) {
    if (IsOurs(target, leftovers.lio.backstores)) leftovers.lio.targets.push_back(target);
  }
  DUALPATH_TRY(leftovers.maps, MapsOf(WwidsOf(leftovers.lio.backstores)));
  if (IsThere(machine_.multipath_config)) {
    leftovers.multipath_config = machine_.multipath_config;
  }
  return leftovers;
}

Status Sweep::Remove(const Leftovers& leftovers, const std::vector<Action>& first) const {
  std::string failures;
  const auto run = [&](const Status& status) {
    if (!status.ok()) failures += (failures.empty() ? "" : "; ") + status.error().ToString();
  };
  for (const Action& action : first) run(action());
  for (const lio::FoundBackstore& backstore : leftovers.lio.backstores) {
    run(RemoveBackstore(leftovers, backstore));
  }
  for (const lio::FoundTarget& target : leftovers.lio.targets) {
    if (LeadsNowhere(target)) run(RemoveTarget(target));
  }
  for (const std::string& file : leftovers.files) {
    // That of a backstore went with it, or stays with it.
    if (!IsFileOf(leftovers.lio.backstores, file)) run(RemoveFile(file));
  }
  if (!leftovers.multipath_config.empty()) run(RemoveFile(leftovers.multipath_config));
  if (failures.empty()) return Ok{};
  return Error::Because("sweep", "this machine", failures);
}

Result<std::vector<LeftoverMap>> Sweep::MapsOf(const std::vector<std::string>& wwids) const {
  std::vector<LeftoverMap> maps;
  std::error_code ec;
  fs::directory_iterator block(machine_.sysfs + "/block", ec);
  if (ec == std::errc::no_such_file_or_directory) return maps;
  for (; !ec && block != fs::directory_iterator(); block.increment(ec)) {
    const std::string device = block->path();
    const auto uuid = ReadAttribute(device + "/dm/uuid");
    const auto name = ReadAttribute(device + "/dm/name");
    // Most block devices are no maps, and a map may go while we look.
    if (!uuid.ok() || !name.ok()) continue;
    for (const std::string& wwid : wwids) {
      if (*uuid == "mpath-" + wwid) maps.push_back({*name, wwid});
    }
  }
  if (ec) return Error::FromErrno("list block devices", machine_.sysfs + "/block", ec.value());
  return maps;
}

Status Sweep::RemoveMaps(const std::string& wwid) const {
  return WaitUntil("remove maps", "WWID " + wwid, Deadline::In(kFlushBudget), [&]() -> std::string {
    const auto maps = MapsOf({wwid});
    if (!maps.ok()) return maps.error().ToString();
    for (const LeftoverMap& map : *maps) {
      // First of all: a map that queues keeps whoever waits in it from being killed, and itself
      // from being flushed.
      const Status stopped = machine_.stop_queueing(map.name);
      const Status flushed = machine_.flush_map(map.name);
      if (!flushed.ok()) {
        return (stopped.ok() ? "" : stopped.error().ToString() + "; ") + flushed.error().ToString();
      }
    }
    const auto rest = MapsOf({wwid});
    return rest.ok() && rest->empty() ? "" : "multipathd has made the map again";
  });
}

Status Sweep::RemoveBackstore(const Leftovers& leftovers,
                              const lio::FoundBackstore& backstore) const {
  const auto wwid = lio::WwidFromSerial(backstore.serial);
  // With the map still there its paths must stay: a map without paths is harder to get rid of.
  if (wwid.ok()) DUALPATH_TRY_STATUS(RemoveMaps(*wwid));
  for (const lio::FoundTarget& target : leftovers.lio.targets) {
    if (LeadsTo(target, backstore.object)) DUALPATH_TRY_STATUS(RemoveTarget(target));
  }
  // A deleted path had to be scanned back before it could be removed; multipathd may have made the
  // map again of it.
  if (wwid.ok()) DUALPATH_TRY_STATUS(RemoveMaps(*wwid));
  DUALPATH_TRY(const auto found, lio::FileBackstore::Open(backstore.object, machine_.configfs));
  DUALPATH_TRY_STATUS(found.Remove());
  return RemoveFile(backstore.file);
}

Status Sweep::RemoveTarget(const lio::FoundTarget& target) const {
  const lio::LoopbackTarget::Roots roots{machine_.configfs, machine_.sysfs};
  DUALPATH_TRY(const auto found, lio::LoopbackTarget::Open(target.naa, target.tpgt, roots));
  return found.Remove();
}

}  // namespace dualpath::host
