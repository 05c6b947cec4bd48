#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath {

/// Undo actions of what was acquired, run in reverse order.
///
/// `Run()` reports: a failed undo must fail the test, so owners call it and look at the outcome.
/// The destructor runs what is left and can only log.
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

  /// Runs every action, last added first, going on after failures. All failures are in the error.
  Status Run();

  /// Forgets the actions: somebody else owns the objects now.
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
