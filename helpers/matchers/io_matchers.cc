#include "helpers/matchers/io_matchers.h"

#include <algorithm>
#include <iomanip>
#include <optional>
#include <sstream>
#include <system_error>

#include "helpers/guest/oracle.h"
#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

using guest::IoReport;
using guest::IoResult;

bool BegunInTime(const Phase& phase, const IoResult& result, const IoReport& report) {
  return !phase.started_before ||
         result.start.time_since_epoch() < *phase.started_before + report.clock_error;
}

bool WasHeld(const IoResult& result) { return result.Took() >= guest::kHeld; }

std::string ErrorText(int error_number) { return std::generic_category().message(error_number); }

/// Description of what is wrong with a run, and the index of the I/O that shows it.
struct Fault {
  std::string text;
  std::size_t at = 0;
};

Fault FaultAt(const IoReport& report, std::vector<IoResult>::const_iterator result,
              const std::string& text) {
  const bool is_end = result == report.results.end();
  return {text + (is_end ? "no more I/O" : ::testing::PrintToString(*result)),
          static_cast<std::size_t>(result - report.results.begin())};
}

/// Explains what is wrong first, and then shows the I/Os around it.
::testing::Matcher<const IoReport&> Run(
    std::string description, std::string negation,
    std::function<std::optional<Fault>(const IoReport&)> find_fault) {
  return Described<IoReport>(
      std::move(description), std::move(negation),
      [find_fault = std::move(find_fault)](const IoReport& report) -> std::optional<std::string> {
        if (report.results.empty()) return "which has no I/O";
        const std::optional<Fault> fault = find_fault(report);
        if (!fault) return std::nullopt;
        return fault->text + guest::DescribeRuns(report, fault->at);
      });
}

}  // namespace

::testing::Matcher<const IoReport&> CompletedWithoutErrors() {
  return Run("every I/O completed without error", "an I/O completed with an error",
             [](const IoReport& report) -> std::optional<Fault> {
               const auto& all = report.results;
               const auto failed = std::find_if(
                   all.begin(), all.end(), [](const IoResult& o) { return o.error_number != 0; });
               if (failed == all.end()) return std::nullopt;
               return FaultAt(report, failed, "the first that failed is ");
             });
}

Phase Good() {
  return {"good", [](const IoResult& o) { return o.error_number == 0 && !WasHeld(o); }};
}

Phase Failing(int error_number) {
  return {"failing with " + ErrorText(error_number), [error_number](const IoResult& o) {
            return o.error_number == error_number && !WasHeld(o);
          }};
}

Phase HeldThenGood() {
  return {"queued, then good", [](const IoResult& o) { return o.error_number == 0 && WasHeld(o); }};
}

Phase HeldThenFailing(int error_number) {
  return {
      "queued, then failing with " + ErrorText(error_number),
      [error_number](const IoResult& o) { return o.error_number == error_number && WasHeld(o); }};
}

Phase Phase::StartedBefore(std::chrono::microseconds point) const {
  Phase bounded = *this;
  bounded.started_before = point;
  std::ostringstream seconds;
  seconds << std::fixed << std::setprecision(3) << static_cast<double>(point.count()) / 1e6;
  bounded.description += ", if started before " + seconds.str() + " s";
  return bounded;
}

Phase Maybe(Phase phase) {
  phase.optional = true;
  phase.description += " (optional)";
  return phase;
}

::testing::Matcher<const IoReport&> HasPhases(std::vector<Phase> phases) {
  std::string description = "I/O in these phases:";
  for (const Phase& phase : phases) {
    description += (&phase == &phases.front() ? " " : "; ") + phase.description;
  }
  return Run(description, "not " + description,
             [phases = std::move(phases)](const IoReport& report) -> std::optional<Fault> {
               auto result = report.results.begin();
               for (const Phase& phase : phases) {
                 const auto begun = result;
                 while (result != report.results.end() && phase.covers(*result) &&
                        BegunInTime(phase, *result, report)) {
                   ++result;
                 }
                 if (result != begun || phase.optional) continue;
                 return FaultAt(report, result, "expected \"" + phase.description + "\", got ");
               }
               if (result == report.results.end()) return std::nullopt;
               return FaultAt(report, result, "expected no more I/O, got ");
             });
}

::testing::Matcher<const IoReport&> FailedExactlyBetween(std::chrono::microseconds from,
                                                         std::chrono::microseconds to,
                                                         int error_number,
                                                         std::chrono::microseconds give) {
  const std::string description = "I/O fails with " + ErrorText(error_number) + " from " +
                                  std::to_string(from.count()) + " us to " +
                                  std::to_string(to.count()) + " us, and at no other time";
  return Run(description, "not: " + description,
             [=](const IoReport& report) -> std::optional<Fault> {
               bool any_failed = false;
               const auto unsure = report.clock_error + give;
               const auto& all = report.results;
               for (auto result = all.begin(); result != all.end(); ++result) {
                 const auto start = result->start.time_since_epoch();
                 const auto end = result->end.time_since_epoch();
                 const bool inside = start > from + unsure && end < to - unsure;
                 const bool outside = end < from - unsure || start > to + unsure;
                 const bool good = result->error_number == 0;
                 const bool failed = result->error_number == error_number;
                 if (inside && !(failed && !WasHeld(*result))) {
                   return FaultAt(report, result, "inside that time: ");
                 }
                 if (outside && !good) return FaultAt(report, result, "outside that time: ");
                 if (!good && !failed) {
                   return FaultAt(report, result, "at the edge of that time: ");
                 }
                 any_failed = any_failed || failed;
               }
               if (any_failed) return std::nullopt;
               return Fault{"no I/O failed"};
             });
}

namespace {

template <typename T>
::testing::Matcher<const T&> Holds(std::function<Status(const T&)> check) {
  return Described<T>("holds every acknowledged write of the run",
                      "does not hold every acknowledged write of the run",
                      [check = std::move(check)](const T& value) -> std::optional<std::string> {
                        const Status holds = check(value);
                        if (holds.ok()) return std::nullopt;
                        return holds.error().ToString();
                      });
}

}  // namespace

HoldsEveryWriteAcknowledgedIn::operator ::testing::Matcher<const StorageFile&>() const {
  return Holds<StorageFile>([report = report_](const StorageFile& storage) {
    return guest::HoldsAcknowledgedWrites(storage.path, report);
  });
}

HoldsEveryWriteAcknowledgedIn::operator ::testing::Matcher<const scsi::Disk&>() const {
  return Holds<scsi::Disk>([report = report_](const scsi::Disk& disk) -> Status {
    DUALPATH_TRY(const std::string device, disk.DevicePath());
    return guest::HoldsAcknowledgedWrites(device, report);
  });
}

LosesWritesAcknowledgedIn::operator ::testing::Matcher<const StorageFile&>() const {
  return Described<StorageFile>(
      "has lost acknowledged writes of the run", "has not lost acknowledged writes of the run",
      [report = report_](const StorageFile& storage) -> std::optional<std::string> {
        const Status holds = guest::HoldsAcknowledgedWrites(storage.path, report);
        if (holds.ok()) return "which holds all of them";
        if (guest::IsDamage(holds.error())) return std::nullopt;
        return "which could not be checked: " + holds.error().ToString();
      });
}

::testing::Matcher<const IoReport&> ReadsSawEveryAcknowledgedWrite() {
  return Run("every read saw the last acknowledged write",
             "a read did not see the last acknowledged write",
             [](const IoReport& report) -> std::optional<Fault> {
               const Status right = guest::ReadsSawAcknowledgedWrites(report);
               if (right.ok()) return std::nullopt;
               return Fault{right.error().ToString()};
             });
}

}  // namespace dualpath
