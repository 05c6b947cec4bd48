#include "helpers/matchers/layer_matchers.h"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <sstream>
#include <system_error>
#include <utility>

#include "helpers/matchers/described.h"
#include "helpers/observe/kernel_log.h"

namespace dualpath {
namespace {

using layers::ErrorTrace;
using layers::GuestCommand;
using layers::Moment;
using layers::SgIo;
using scsi::HostByte;
using Mismatch = std::optional<std::string>;

std::string ErrnoText(int error_number) {
  return "errno " + std::to_string(error_number) + " (" +
         std::generic_category().message(error_number) + ")";
}

std::string SenseText(unsigned key, unsigned asc, unsigned ascq) {
  char text[64];
  std::snprintf(text, sizeof text, "0x%02x/0x%02x/0x%02x", key, asc, ascq);
  return text;
}

/// Returns the completions and failed requests below an SG_IO.
std::string DescribeBelow(const SgIo& sg_io) {
  if (sg_io.below.empty()) return "no path reported anything";
  std::string text;
  for (const observe::TraceEvent& record : sg_io.below) {
    text += (text.empty() ? "" : "; ") + record.ToString();
  }
  return text;
}

bool IsCompletionBy(const observe::TraceEvent& record, const PathId& path, HostByte host_byte) {
  const auto* done = std::get_if<observe::ScsiDone>(&record.event);
  return done != nullptr && done->path.ToString() == path.hctl && done->host_byte == host_byte;
}

/// Ignores block requests that failed: the completion of their command is traced as well.
bool IsOtherCompletion(const observe::TraceEvent& record, const PathId& path, HostByte host_byte) {
  return std::holds_alternative<observe::ScsiDone>(record.event) &&
         !IsCompletionBy(record, path, host_byte);
}

std::string ToString(const SgIoEnd& end) {
  if (end.error_number != 0) return "fails with " + ErrnoText(end.error_number);
  return "returns " + scsi::ToString(end.host_byte);
}

bool EndsAsExpected(const SgIo& sg_io, const SgIoEnd& end) {
  if (!sg_io.returned || sg_io.error_number != end.error_number) return false;
  if (end.error_number != 0) return true;
  return sg_io.result && sg_io.result->host_byte == end.host_byte;
}

class ErrorTravelsMatcher : public ::testing::MatcherInterface<const ErrorTrace&> {
 public:
  explicit ErrorTravelsMatcher(std::vector<ErrorTravels::Expectation> expectations)
      : expectations_(std::move(expectations)) {}

  bool MatchAndExplain(const ErrorTrace& trace,
                       ::testing::MatchResultListener* listener) const override {
    if (trace.FailedCommands().empty()) {
      *listener << "in which no command of the guest failed";
      return false;
    }
    std::string mismatches;
    for (const ErrorTravels::Expectation& expectation : expectations_) {
      const Mismatch mismatch = expectation.mismatch(trace);
      if (mismatch) mismatches += (mismatches.empty() ? "" : "\n  ") + *mismatch;
    }
    if (!mismatches.empty()) *listener << mismatches;
    return mismatches.empty();
  }
  void DescribeTo(std::ostream* out) const override { Describe("an error travels", out); }
  void DescribeNegationTo(std::ostream* out) const override {
    Describe("no error travels this way", out);
  }

 private:
  void Describe(const char* sentence, std::ostream* out) const {
    *out << sentence;
    for (const ErrorTravels::Expectation& expectation : expectations_) {
      *out << (&expectation == &expectations_.front() ? ": " : "; ") << expectation.description;
    }
  }

  std::vector<ErrorTravels::Expectation> expectations_;
};

}  // namespace

ErrorTravels& ErrorTravels::Expect(std::string description,
                                   std::function<Mismatch(const ErrorTrace&)> check) {
  expectations_.push_back({std::move(description), std::move(check)});
  return *this;
}

ErrorTravels& ErrorTravels::ExpectOfFailed(std::string description, const std::string& layer,
                                           CommandCheck check) {
  return Expect(std::move(description),
                [layer, check = std::move(check)](const ErrorTrace& trace) -> Mismatch {
                  std::size_t wrong = 0;
                  std::string first;
                  for (const GuestCommand& command : trace.FailedCommands()) {
                    const Mismatch mismatch = check(command);
                    if (!mismatch) continue;
                    if (wrong++ == 0) first = "of " + command.ToString() + ": " + *mismatch;
                  }
                  if (wrong == 0) return std::nullopt;
                  return "at " + layer + ", " + std::to_string(wrong) + " times, first " + first;
                });
}

ErrorTravels& ErrorTravels::PathReturns(const PathId& path, HostByte host_byte) {
  return ExpectOfFailed(path.hctl + " returns " + scsi::ToString(host_byte), "the paths",
                        [path, host_byte](const GuestCommand& command) -> Mismatch {
                          if (command.sg_ios.empty()) return "no SG_IO";
                          const auto& below = command.sg_ios.back().below;
                          const bool returned = std::any_of(
                              below.begin(), below.end(), [&](const observe::TraceEvent& record) {
                                return IsCompletionBy(record, path, host_byte);
                              });
                          const bool others = std::any_of(
                              below.begin(), below.end(), [&](const observe::TraceEvent& record) {
                                return IsOtherCompletion(record, path, host_byte);
                              });
                          if (returned && !others) return std::nullopt;
                          return DescribeBelow(command.sg_ios.back());
                        });
}

ErrorTravels& ErrorTravels::NoPathReturnsAnError() {
  return ExpectOfFailed("no path returns an error", "the paths",
                        [](const GuestCommand& command) -> Mismatch {
                          for (const SgIo& sg_io : command.sg_ios) {
                            if (!sg_io.below.empty()) return DescribeBelow(sg_io);
                          }
                          return std::nullopt;
                        });
}

ErrorTravels& ErrorTravels::SgIoFails(int error_number) {
  return SgIoEndsAsOneOf({SgIoErrno(error_number)});
}

ErrorTravels& ErrorTravels::SgIoReturns(HostByte host_byte) {
  return SgIoEndsAsOneOf({SgIoHostByte(host_byte)});
}

ErrorTravels& ErrorTravels::SgIoEndsAsOneOf(std::vector<SgIoEnd> ends) {
  std::string text;
  for (const SgIoEnd& end : ends) text += (text.empty() ? "" : " or ") + ToString(end);
  return Expect("SG_IO " + text, [ends = std::move(ends)](const ErrorTrace& trace) -> Mismatch {
    const bool needs_host_byte = std::any_of(
        ends.begin(), ends.end(), [](const SgIoEnd& end) { return end.error_number == 0; });
    if (needs_host_byte && !trace.why_no_sg_io.empty()) {
      return "at SG_IO: results cannot be traced: " + trace.why_no_sg_io;
    }
    std::size_t wrong = 0;
    std::string first;
    for (const GuestCommand& command : trace.FailedCommands()) {
      const bool as_expected =
          !command.sg_ios.empty() && std::any_of(ends.begin(), ends.end(), [&](const SgIoEnd& end) {
            return EndsAsExpected(command.sg_ios.back(), end);
          });
      if (!as_expected && wrong++ == 0) first = command.ToString();
    }
    if (wrong == 0) return std::nullopt;
    return "at SG_IO, " + std::to_string(wrong) + " times, first of " + first;
  });
}

ErrorTravels& ErrorTravels::QemuBuildsSense(scsi::SenseKey key, unsigned asc, unsigned ascq) {
  const std::string wanted = SenseText(static_cast<unsigned>(key), asc, ascq);
  return ExpectOfFailed("QEMU builds the sense data " + wanted, "QEMU",
                        [wanted](const GuestCommand& command) -> Mismatch {
                          if (!command.built_sense) return "built none";
                          const auto& sense = *command.built_sense;
                          const std::string built = SenseText(sense.key, sense.asc, sense.ascq);
                          if (built == wanted) return std::nullopt;
                          return "built " + built;
                        });
}

ErrorTravels& ErrorTravels::QemuBuildsNoSense() {
  return ExpectOfFailed("QEMU builds no sense data", "QEMU",
                        [](const GuestCommand& command) -> Mismatch {
                          if (!command.built_sense) return std::nullopt;
                          const auto& sense = *command.built_sense;
                          return "built " + SenseText(sense.key, sense.asc, sense.ascq);
                        });
}

ErrorTravels& ErrorTravels::QemuReportsToTheGuest() {
  return Expect("QEMU reports it to the guest", [](const ErrorTrace& trace) -> Mismatch {
    bool reported = false;
    for (const guest::DomainEvent& event : trace.domain_events) {
      const bool is_report = event.kind == guest::DomainEvent::Kind::kIoError &&
                             event.action == VIR_DOMAIN_EVENT_IO_ERROR_REPORT;
      if (!is_report) return "at QEMU: " + event.ToString();
      reported = true;
    }
    if (reported) return std::nullopt;
    return "at QEMU: libvirt reported no I/O error";
  });
}

ErrorTravels& ErrorTravels::VirtioScsiResponds(observe::VirtioScsiResponse response,
                                               scsi::ScsiStatus status) {
  return ExpectOfFailed(
      "virtio-scsi responds " + observe::ToString(response) + ", " + scsi::ToString(status),
      "virtio-scsi", [response, status](const GuestCommand& command) -> Mismatch {
        if (command.response == response && command.status == status) return std::nullopt;
        return observe::ToString(command.response) + ", " + scsi::ToString(command.status);
      });
}

ErrorTravels& ErrorTravels::GuestTries(std::size_t times) {
  return Expect("the guest tries " + std::to_string(times) + " times",
                [times](const ErrorTrace& trace) -> Mismatch {
                  for (const guest::IoResult& io : trace.FailedIo()) {
                    const auto tries = trace.TriesOf(io);
                    const auto failed =
                        std::count_if(tries.begin(), tries.end(),
                                      [](const GuestCommand& command) { return command.Failed(); });
                    if (tries.size() == times && tries.size() == static_cast<std::size_t>(failed)) {
                      continue;
                    }
                    return "in the guest's kernel, for " + ::testing::PrintToString(io) + ": " +
                           std::to_string(tries.size()) + " tries, of which " +
                           std::to_string(failed) + " failed";
                  }
                  return std::nullopt;
                });
}

ErrorTravels& ErrorTravels::GuestKernelSees(HostByte host_byte, const std::string& sense_key) {
  return Expect("the guest's kernel sees " + scsi::ToString(host_byte) +
                    (sense_key.empty() ? "" : ", " + sense_key),
                [host_byte, sense_key](const ErrorTrace& trace) -> Mismatch {
                  if (trace.kernel_errors.empty()) return "at the guest's kernel: no error logged";
                  for (const layers::GuestKernelError& error : trace.kernel_errors) {
                    if (error.host_byte == host_byte && error.sense_key == sense_key) {
                      continue;
                    }
                    return "at the guest's kernel: " + error.ToString();
                  }
                  return std::nullopt;
                });
}

ErrorTravels& ErrorTravels::GuestKernelHidesIt() {
  return Expect("the guest's kernel hides it", [](const ErrorTrace& trace) -> Mismatch {
    if (!trace.kernel_errors.empty()) {
      return "at the guest's kernel: " + trace.kernel_errors.front().ToString();
    }
    const auto failed = trace.FailedIo();
    if (failed.empty()) return std::nullopt;
    return "at the application: " + ::testing::PrintToString(failed.front());
  });
}

ErrorTravels& ErrorTravels::ApplicationGets(int error_number) {
  return Expect("the application gets " + ErrnoText(error_number),
                [error_number](const ErrorTrace& trace) -> Mismatch {
                  const auto failed = trace.FailedIo();
                  if (failed.empty()) return "at the application: no I/O failed";
                  for (const guest::IoResult& io : failed) {
                    if (io.error_number == error_number) continue;
                    return "at the application: " + ::testing::PrintToString(io);
                  }
                  return std::nullopt;
                });
}

ErrorTravels& ErrorTravels::CheckerGets(const PathId& path, HostByte host_byte) {
  return Expect("the checker gets " + scsi::ToString(host_byte) + " from " + path.hctl,
                [path, host_byte](const ErrorTrace& seen) -> Mismatch {
                  constexpr std::uint8_t kTestUnitReady = 0x00;
                  std::string others;
                  for (const observe::TraceEvent& record : seen.elsewhere) {
                    const auto* done = std::get_if<observe::ScsiDone>(&record.event);
                    if (done == nullptr || done->cdb.front() != kTestUnitReady) continue;
                    if (IsCompletionBy(record, path, host_byte)) return std::nullopt;
                    others += (others.empty() ? "" : "; ") + record.ToString();
                  }
                  return "at the checker: " + (others.empty() ? "no error" : others);
                });
}

ErrorTravels& ErrorTravels::LogContains(const LogEvent& event) {
  return Expect("the log has " + event.description, [event](const ErrorTrace& trace) -> Mismatch {
    if (TimeOf(event, trace.log).ok()) return std::nullopt;
    return "in the log: none of " + std::to_string(trace.log.size()) + " lines is " +
           event.description;
  });
}

ErrorTravels& ErrorTravels::Until(const LogEvent& event) {
  return Expect("until " + event.description, [event](const ErrorTrace& trace) -> Mismatch {
    const auto end = TimeOf(event, trace.log);
    if (!end.ok()) return end.error().ToString();
    for (const GuestCommand& command : trace.FailedCommands()) {
      if (command.begun <= *end + observe::kLogClockError) continue;
      std::ostringstream late;
      late << "after " << event.description << " at " << std::chrono::duration<double>(*end).count()
           << " s, failed command that began at "
           << std::chrono::duration<double>(command.begun).count() << " s: " << command;
      return late.str();
    }
    return std::nullopt;
  });
}

ErrorTravels::operator ::testing::Matcher<const ErrorTrace&>() const {
  return ::testing::Matcher<const ErrorTrace&>(new ErrorTravelsMatcher(expectations_));
}

::testing::Matcher<const ErrorTrace&> NoErrorTravels() {
  return Described<ErrorTrace>(
      "no error travels", "an error travels", [](const ErrorTrace& trace) -> Mismatch {
        const auto failed = trace.FailedCommands();
        if (!failed.empty()) return "in which this failed: " + failed.front().ToString();
        if (!trace.kernel_errors.empty()) {
          return "at the guest's kernel: " + trace.kernel_errors.front().ToString();
        }
        const auto failed_io = trace.FailedIo();
        if (!failed_io.empty()) {
          return "at the application: " + ::testing::PrintToString(failed_io.front());
        }
        return std::nullopt;
      });
}

}  // namespace dualpath
