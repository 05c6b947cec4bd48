#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/state.h"

namespace dualpath::lab {

/// A case that is stuck in virtual time costs little real time; its logs can still be gathered.
constexpr std::chrono::seconds kVirtualLimit{3600};

/// The rig that a case wants.
struct WantedRig {
  std::string name;                    ///< as fixtures/lab_gate.h says it; empty: the default one
  std::vector<std::string> arguments;  ///< with which the program brings it up
};

/// To where the first program of `payload` (which must park, see Payload) has been loaded and
/// started and waits for its arguments, with the rig that it wants up: a state for each program and
/// rig. What is sent to it then is a line of words, for a shell to split: NAME=VALUE..., arguments.
Result<Steps> UpToParked(const Cache& cache, Payload payload, const WantedRig& rig = {});

/// The rig that a case has asked for when it ran last: a hint, to begin with the right state. The
/// case sees to it that it is the right one.
class RigHint {
 public:
  /// `name`: of the case, as of its results.
  RigHint(const Cache& cache, const std::string& name);

  std::string Get() const;
  Status Set(const std::string& rig) const;

 private:
  std::string file_;
};

}  // namespace dualpath::lab
