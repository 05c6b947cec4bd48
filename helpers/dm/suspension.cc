#include "helpers/dm/suspension.h"

#include "helpers/dm/task.h"

namespace dualpath::dm {
namespace {

Result<dm_info> InfoOf(const std::string& operation, const std::string& map_name) {
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_INFO, operation, map_name));
  DUALPATH_TRY_STATUS(task.Run());
  DUALPATH_TRY(const dm_info info, task.Info());
  if (info.exists == 0) return Error::Because(operation, map_name, "no such map");
  return info;
}

}  // namespace

Status Suspend(const std::string& map_name, OnSuspend on_suspend) {
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_SUSPEND, "suspend map", map_name));
  if (on_suspend == OnSuspend::kKeepQueued) {
    dm_task_no_flush(task.get());
    // Freezing a file system on the map would wait for the queued I/O.
    dm_task_skip_lockfs(task.get());
  }
  return task.Run();
}

Status Resume(const std::string& map_name) {
  DUALPATH_TRY(Task task, Task::Create(DM_DEVICE_RESUME, "resume map", map_name));
  // If there is an inactive table, the resume suspends the map for the exchange.
  dm_task_no_flush(task.get());
  dm_task_skip_lockfs(task.get());
  return task.RunAndSettle();
}

Status ResumeIfSuspended(const std::string& map_name) {
  DUALPATH_TRY(const bool suspended, IsSuspended(map_name));
  return suspended ? Resume(map_name) : Status(Ok{});
}

Result<bool> IsSuspended(const std::string& map_name) {
  DUALPATH_TRY(const dm_info info, InfoOf("look up suspension", map_name));
  return info.suspended != 0;
}

Result<bool> HasInactiveTable(const std::string& map_name) {
  DUALPATH_TRY(const dm_info info, InfoOf("look up inactive table", map_name));
  return info.inactive_table != 0;
}

}  // namespace dualpath::dm
