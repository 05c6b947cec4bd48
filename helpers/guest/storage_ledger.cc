#include "helpers/guest/storage_ledger.h"

#include <algorithm>

#include "helpers/guest/oracle.h"

namespace dualpath::guest {

void StorageLedger::Started(std::uint64_t run_id, const ByteRange& range) {
  runs_.push_back({run_id, range});
}

Status StorageLedger::Judge(const std::string& storage, const IoReport& report) {
  DUALPATH_TRY_STATUS(Check(storage, report));
  judged_.push_back(report);
  return Ok{};
}

Status StorageLedger::JudgeAgain(const std::string& storage) const {
  for (const IoReport& report : judged_) {
    const Status holds = Check(storage, report);
    if (!holds.ok()) return holds.error().While("look at the storage again after the case");
  }
  return Ok{};
}

Status StorageLedger::Check(const std::string& storage, const IoReport& report) const {
  std::vector<ByteRange> except = others_;
  const auto run = std::find_if(runs_.begin(), runs_.end(), [&](const Run& each) {
    return each.run_id == report.options.run_id;
  });
  for (auto later = run; later != runs_.end(); ++later) {
    if (later != run) except.push_back(later->range);
  }
  DUALPATH_TRY_STATUS(HoldsAcknowledgedWrites(storage, report, except));
  return report.before ? NothingElseChanged(storage, report, except) : Status(Ok{});
}

}  // namespace dualpath::guest
