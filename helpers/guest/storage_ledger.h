#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/guest/io_report.h"

namespace dualpath::guest {

/// Records who wrote where to the storage during a case, so that a run can be judged at any time
/// after it, and again at the end of the case, which finds a write that arrives late.
class StorageLedger {
 public:
  /// Records that a run has started. From now on, earlier runs are not judged by these bytes.
  void Started(std::uint64_t run_id, const ByteRange& range);

  /// Records that something other than a run writes there, for example a SCSI command of the case.
  void AlsoWritten(const ByteRange& range) { others_.push_back(range); }

  /// Checks that the storage holds every acknowledged write (HoldsAcknowledgedWrites) and, if the
  /// content before the run is known, that nothing else has changed (NothingElseChanged). Keeps the
  /// report for `JudgeAgain` if it holds.
  Status Judge(const std::string& storage, const IoReport& report);

  /// Checks again the runs that were judged good.
  Status JudgeAgain(const std::string& storage) const;

 private:
  struct Run {
    std::uint64_t run_id;
    ByteRange range;
  };

  Status Check(const std::string& storage, const IoReport& report) const;

  std::vector<Run> runs_;  ///< in order of their start
  std::vector<ByteRange> others_;
  std::vector<IoReport> judged_;
};

}  // namespace dualpath::guest
