#include "helpers/matchers/io_matchers.h"

#include <ostream>
#include <system_error>

#include "helpers/guest/oracle.h"

namespace dualpath {
namespace {

using guest::IoReport;
using guest::IoResult;

bool BegunInTime(const Phase& phase, const IoResult& outcome, const IoReport& report) {
  return !phase.started_before ||
         outcome.start.time_since_epoch() < *phase.started_before + report.clock_error;
}

bool WasHeld(const IoResult& outcome) { return outcome.Took() >= guest::kHeld; }

/// A matcher that says what is wrong in its explanation, or nothing if all is well.
class Complains : public ::testing::MatcherInterface<const IoReport&> {
 public:
  using Complaint = std::function<std::string(const IoReport&)>;

  Complains(std::string description, Complaint complaint)
      : description_(std::move(description)), complaint_(std::move(complaint)) {}

  bool MatchAndExplain(const IoReport& report,
                       ::testing::MatchResultListener* listener) const override {
    const std::string complaint =
        report.outcomes.empty() ? "there was no I/O at all" : complaint_(report);
    *listener << complaint;
    return complaint.empty();
  }
  void DescribeTo(std::ostream* out) const override { *out << description_; }

 private:
  std::string description_;
  Complaint complaint_;
};

::testing::Matcher<const IoReport&> Complaining(std::string description,
                                                Complains::Complaint complaint) {
  return ::testing::Matcher<const IoReport&>(
      new Complains(std::move(description), std::move(complaint)));
}

std::string ErrorWords(int error_number) { return std::generic_category().message(error_number); }

}  // namespace

::testing::Matcher<const IoReport&> CompletedWithoutErrors() {
  return Complaining("every I/O completed without error",
                     [](const IoReport& report) -> std::string {
                       for (const IoResult& outcome : report.outcomes) {
                         if (outcome.error_number != 0)
                           return "with " + ::testing::PrintToString(outcome);
                       }
                       return "";
                     });
}

Phase Good() {
  return {"good", [](const IoResult& o) { return o.error_number == 0 && !WasHeld(o); }};
}

Phase Failing(int error_number) {
  return {"failing with " + ErrorWords(error_number), [error_number](const IoResult& o) {
            return o.error_number == error_number && !WasHeld(o);
          }};
}

Phase HeldThenGood() {
  return {"held, then good", [](const IoResult& o) { return o.error_number == 0 && WasHeld(o); }};
}

Phase HeldThenFailing(int error_number) {
  return {"held, then failing with " + ErrorWords(error_number), [error_number](const IoResult& o) {
            return o.error_number == error_number && WasHeld(o);
          }};
}

Phase Phase::StartedBefore(std::chrono::microseconds point) const {
  Phase bounded = *this;
  bounded.started_before = point;
  bounded.description += ", if begun before " + std::to_string(point.count()) + " us";
  return bounded;
}

Phase Maybe(Phase phase) {
  phase.optional = true;
  phase.description += " (perhaps)";
  return phase;
}

::testing::Matcher<const IoReport&> HasPhases(std::vector<Phase> phases) {
  std::string description = "the I/Os were";
  for (const Phase& phase : phases) {
    description += (&phase == &phases.front() ? " " : "; ") + phase.description;
  }
  return Complaining(description, [phases](const IoReport& report) -> std::string {
    auto outcome = report.outcomes.begin();
    for (const Phase& phase : phases) {
      const auto begun = outcome;
      while (outcome != report.outcomes.end() && phase.covers(*outcome) &&
             BegunInTime(phase, *outcome, report)) {
        ++outcome;
      }
      if (outcome != begun || phase.optional) continue;
      return "where \"" + phase.description + "\" should come, there is " +
             (outcome == report.outcomes.end() ? "nothing more"
                                               : ::testing::PrintToString(*outcome));
    }
    if (outcome == report.outcomes.end()) return "";
    return "after all that, there is " + ::testing::PrintToString(*outcome);
  });
}

::testing::Matcher<const IoReport&> FailedExactlyBetween(std::chrono::microseconds from,
                                                         std::chrono::microseconds to,
                                                         int error_number,
                                                         std::chrono::microseconds give) {
  const std::string description = "I/O failed with " + ErrorWords(error_number) + " from " +
                                  std::to_string(from.count()) + " us to " +
                                  std::to_string(to.count()) + " us, and at no other time";
  return Complaining(description, [=](const IoReport& report) -> std::string {
    bool any_failed = false;
    const auto unsure = report.clock_error + give;
    for (const IoResult& outcome : report.outcomes) {
      const auto start = outcome.start.time_since_epoch();
      const auto end = outcome.end.time_since_epoch();
      const bool inside = start > from + unsure && end < to - unsure;
      const bool outside = end < from - unsure || start > to + unsure;
      const bool good = outcome.error_number == 0;
      const bool failed = outcome.error_number == error_number;
      if (inside && !(failed && !WasHeld(outcome))) {
        return "in that time there is " + ::testing::PrintToString(outcome);
      }
      if (outside && !good) {
        return "at another time there is " + ::testing::PrintToString(outcome);
      }
      if (!good && !failed) {
        return "at the edge of that time there is " + ::testing::PrintToString(outcome);
      }
      any_failed = any_failed || failed;
    }
    return any_failed ? "" : "no I/O failed";
  });
}

namespace {

/// LineContaining what is wrong, or nothing.
template <typename T>
class Holds : public ::testing::MatcherInterface<const T&> {
 public:
  using Look = std::function<Status(const T&)>;

  explicit Holds(Look look) : look_(std::move(look)) {}

  bool MatchAndExplain(const T& value, ::testing::MatchResultListener* listener) const override {
    const Status holds = look_(value);
    if (!holds.ok()) *listener << holds.error().ToString();
    return holds.ok();
  }
  void DescribeTo(std::ostream* out) const override {
    *out << "holds every acknowledged write of the run";
  }

 private:
  Look look_;
};

}  // namespace

HoldsEveryWriteAcknowledgedIn::operator ::testing::Matcher<const StorageFile&>() const {
  return ::testing::Matcher<const StorageFile&>(
      new Holds<StorageFile>([report = report_](const StorageFile& storage) {
        return guest::HoldsAcknowledgedWrites(storage.path, report);
      }));
}

HoldsEveryWriteAcknowledgedIn::operator ::testing::Matcher<const scsi::Disk&>() const {
  return ::testing::Matcher<const scsi::Disk&>(
      new Holds<scsi::Disk>([report = report_](const scsi::Disk& disk) -> Status {
        DUALPATH_TRY(const std::string device, disk.DevicePath());
        return guest::HoldsAcknowledgedWrites(device, report);
      }));
}

::testing::Matcher<const IoReport&> ReadsSawEveryAcknowledgedWrite() {
  return Complaining("every read saw the last acknowledged write", [](const IoReport& report) {
    const Status right = guest::ReadsSawAcknowledgedWrites(report);
    return right.ok() ? std::string() : right.error().ToString();
  });
}

}  // namespace dualpath
