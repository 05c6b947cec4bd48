#pragma once

#include <libdevmapper.h>

#include <memory>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::dm {

/// One request to the kernel through libdevmapper. Owns the data that the request returns.
class Task {
 public:
  /// `type` is a DM_DEVICE_* constant; errors use `operation`: "read table".
  static Result<Task> Create(int type, const std::string& operation, const std::string& map_name);

  dm_task* get() const { return task_.get(); }

  /// Runs the request. The reason of an `Error` is "no such map" or the library's message.
  Status Run();

  /// Like `Run`, for requests that make the kernel send a uevent: returns once udev has processed
  /// it and the device nodes are up to date.
  Status RunAndSettle();

  /// Returns the map's data after a successful `Run`.
  Result<dm_info> Info() const;

  /// Returns an error about this request: the library's message, or `reason` without one.
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
