#pragma once

#include <string>
#include <vector>

#include "ci/dualpath/exec.h"
#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/rig_hint.h"
#include "helpers/lab/snapshot.h"

namespace dualpath::cli {

/// A case's VM, and the last line that it wrote to the control port.
struct LabRun {
  lab::Restored restored;
  Result<std::string> answer;
  double verdict_seconds;
};

/// A case that runs in a VM of the lab, in which the rig that it needs is up.
class CaseInLab {
 public:
  CaseInLab(const ExecOptions& options, std::string name, const lab::Cache& cache,
            const lab::Image& image)
      : options_(options),
        name_(std::move(name)),
        cache_(cache),
        image_(image),
        hint_(cache, name_) {}

  /// Runs the case on the rig that it requested last time. If it requests another rig now, runs it
  /// again on that rig.
  Result<LabRun> Run() const;

 private:
  Result<LabRun> RunOn(const std::string& rig, bool may_request_rig) const;
  Result<lab::Payload> MakePayload() const;
  Result<lab::Restored> Restore(lab::Payload payload, const std::string& rig,
                                bool may_request_rig) const;
  LabRun AwaitEnd(lab::Restored restored) const;

  const ExecOptions& options_;
  std::string name_;
  const lab::Cache& cache_;
  const lab::Image& image_;
  lab::RigHint hint_;
};

}  // namespace dualpath::cli
