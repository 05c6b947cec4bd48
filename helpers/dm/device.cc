#include "helpers/dm/device.h"

#include <cstdint>
#include <utility>

#include "helpers/dm/suspension.h"
#include "helpers/dm/task.h"

namespace dualpath::dm {
namespace {

struct Target {
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::string type;
  std::string params;
};

Result<dm_info> RunForInfo(Task& task) {
  DUALPATH_TRY_STATUS(task.Run());
  return task.Info();
}

/// `type` is DM_DEVICE_TABLE or DM_DEVICE_STATUS.
Result<std::vector<Target>> Targets(int type, const std::string& operation,
                                    const std::string& map_name) {
  DUALPATH_TRY(Task task, Task::Create(type, operation, map_name));
  // Without it the kernel may first flush the I/O in flight.
  dm_task_no_flush(task.get());
  DUALPATH_TRY(const dm_info info, RunForInfo(task));
  if (info.exists == 0) return Error::Because(operation, map_name, "no such map");
  std::vector<Target> targets;
  void* next = nullptr;
  do {
    Target target;
    char* name = nullptr;
    char* params = nullptr;
    next = dm_get_next_target(task.get(), next, &target.start, &target.length, &name, &params);
    if (name == nullptr) continue;
    target.type = name;
    target.params = params == nullptr ? "" : params;
    targets.push_back(std::move(target));
  } while (next != nullptr);
  return targets;
}

Result<Target> OnlyMultipathTarget(int type, const std::string& operation,
                                   const std::string& map_name) {
  DUALPATH_TRY(const std::vector<Target> targets, Targets(type, operation, map_name));
  if (targets.size() != 1) {
    return Error::Because(operation, map_name,
                          "expected one multipath target, but the map has " +
                              std::to_string(targets.size()) + " targets");
  }
  if (targets.front().type != "multipath") {
    return Error::Because(
        operation, map_name,
        "expected a multipath target, but the target is '" + targets.front().type + "'");
  }
  return targets.front();
}

Status Load(const std::string& operation, const std::string& map_name, const Target& target) {
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_RELOAD, operation, map_name));
  if (dm_task_add_target(task.get(), target.start, target.length, target.type.c_str(),
                         target.params.c_str()) == 0) {
    return task.Fault("libdevmapper rejected the target");
  }
  return task.Run();
}

Status LoadErrorTable(const std::string& map_name, std::uint64_t length) {
  return Load("load error table", map_name, {0, length, "error", ""});
}

Status DropLoadedTable(const std::string& map_name) {
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_CLEAR, "drop loaded table", map_name));
  return task.Run();
}

}  // namespace

Result<bool> Exists(const std::string& map_name) {
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_INFO, "look up map", map_name));
  DUALPATH_TRY(const dm_info info, RunForInfo(task));
  return info.exists != 0;
}

Result<MultipathTable> LoadedTable(const std::string& map_name) {
  DUALPATH_TRY(const Target target, OnlyMultipathTarget(DM_DEVICE_TABLE, "read table", map_name));
  auto table = ParseMultipathTable(target.start, target.length, target.params);
  if (!table.ok()) return table.error().While("read table of " + map_name);
  return table;
}

Result<MultipathStatus> LiveStatus(const std::string& map_name) {
  DUALPATH_TRY(const Target target, OnlyMultipathTarget(DM_DEVICE_STATUS, "read status", map_name));
  auto status = ParseMultipathStatus(target.params);
  if (!status.ok()) return status.error().While("read status of " + map_name);
  return status;
}

Status SendMessage(const std::string& map_name, const std::string& message) {
  DUALPATH_TRY(Task task,
               Task::Create(DM_DEVICE_TARGET_MSG, "send message '" + message + "'", map_name));
  if (dm_task_set_sector(task.get(), 0) == 0 ||
      dm_task_set_message(task.get(), message.c_str()) == 0) {
    return task.Fault("libdevmapper rejected the message");
  }
  return task.Run();
}

Status LoadTable(const std::string& map_name, const MultipathTable& table) {
  return Load("load table", map_name,
              {table.start_sector, table.length_sectors, "multipath", table.Params()});
}

Status ReplaceWithErrorTarget(const std::string& map_name) {
  DUALPATH_TRY(const std::vector<Target> targets, Targets(DM_DEVICE_TABLE, "read table", map_name));
  std::uint64_t length = 0;
  for (const Target& target : targets) length += target.length;
  if (length == 0) return Error::Because("load error table", map_name, "the map has no table");
  // Loaded before the suspend, so that a failure does not leave the map suspended.
  DUALPATH_TRY_STATUS(LoadErrorTable(map_name, length));
  const Status suspended = Suspend(map_name, OnSuspend::kKeepQueued);
  if (suspended.ok()) return Resume(map_name);
  // Otherwise the next resume of the map would activate the error table.
  const Status dropped = DropLoadedTable(map_name);
  return dropped.ok() ? suspended : dropped.error().While(suspended.error().ToString());
}

Status AddPartition(const std::string& map_name, unsigned number, std::uint64_t start_sector,
                    std::uint64_t length_sectors) {
  DUALPATH_TRY(Task map, Task::Create(DM_DEVICE_INFO, "look up map", map_name));
  DUALPATH_TRY(const dm_info info, RunForInfo(map));
  const std::string digits = std::to_string(number);
  const std::string uuid = "part" + digits + "-" + dm_task_get_uuid(map.get());
  const std::string params = std::to_string(info.major) + ":" + std::to_string(info.minor) + " " +
                             std::to_string(start_sector);
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_CREATE, "map a partition", map_name + digits));
  if (dm_task_set_uuid(task.get(), uuid.c_str()) == 0 ||
      dm_task_add_target(task.get(), 0, length_sectors, "linear", params.c_str()) == 0) {
    return task.Fault("libdevmapper rejected the partition");
  }
  return task.RunAndSettle();
}

Status Remove(const std::string& map_name) {
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_REMOVE, "remove map", map_name));
  dm_task_retry_remove(task.get());
  return task.RunAndSettle();
}

}  // namespace dualpath::dm
