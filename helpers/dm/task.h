#pragma once

#include <libdevmapper.h>

#include <memory>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::dm {

/// One request to the kernel through libdevmapper, which owns everything that it returned.
class Task {
 public:
  /// `type` is a DM_DEVICE_* constant; `operation` opens every error: "read table".
  static Result<Task> Create(int type, const std::string& operation, const std::string& map_name);

  dm_task* get() const { return task_.get(); }

  /// An `Error` carries the library's own words, or says that there is no such map.
  Status Run();

  /// As `Run`, for requests that make the kernel send a uevent: returns once udev is done with it,
  /// so that the device nodes are as the caller expects them.
  Status RunAndSettle();

  /// Only after a successful `Run`.
  Result<dm_info> Info() const;

  /// `reason` in an error about this request.
  Error Fault(const std::string& reason) const;

 private:
  struct Destroy {
    void operator()(dm_task* task) const { dm_task_destroy(task); }
  };

  Task(dm_task* task, std::string operation, std::string map_name);

  std::unique_ptr<dm_task, Destroy> task_;
  std::string operation_;
  std::string map_name_;
};

}  // namespace dualpath::dm
