#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath {

/// Undo actions for acquired resources, run in reverse order.
///
/// Owners call `Run()` and check its result, since a failed undo must fail the test. The destructor
/// runs the remaining actions and can only log failures.
class Cleanup {
 public:
  using Action = std::function<Status()>;

  Cleanup() = default;
  Cleanup(Cleanup&&) noexcept = default;
  Cleanup& operator=(Cleanup&& other) noexcept;
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;
  ~Cleanup();

  /// `what` names the undo in an error: "remove backstore fileio_0/storage".
  void Add(std::string what, Action undo);

  /// Runs every action, last added first, and continues after failures. The error lists them all.
  Status Run();

  /// Drops the actions; something else owns the resources now.
  void Release() { actions_.clear(); }

  bool empty() const { return actions_.empty(); }

 private:
  struct Step {
    std::string what;
    Action undo;
  };
  std::vector<Step> actions_;
};

}  // namespace dualpath
