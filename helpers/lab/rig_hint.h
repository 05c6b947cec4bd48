#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

/// The rig that a case requested when it ran last, so that it can start in a VM that has that rig.
/// The hint may be out of date: the case itself checks the rig and requests another one if
/// necessary.
class RigHint {
 public:
  /// `name`: the case's name among the results.
  RigHint(const Cache& cache, const std::string& name);

  /// Returns the rig's name; empty: the default rig.
  std::string Get() const;
  Status Set(const std::string& rig) const;

 private:
  std::string file_;
};

}  // namespace dualpath::lab
