#include "helpers/layers/layer_summary.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "helpers/multipath/log_line.h"
#include "helpers/timeline/path_names.h"

namespace dualpath::layers {
namespace {

using observe::TraceEvent;
using observe::VirtioScsiResponse;

/// Phrases in order of first appearance, without repetitions.
class Phrases {
 public:
  void Add(const std::string& phrase) {
    if (std::find(phrases_.begin(), phrases_.end(), phrase) == phrases_.end()) {
      phrases_.push_back(phrase);
    }
  }
  std::string JoinedOr(const std::string& nothing) const {
    std::string text;
    for (const std::string& phrase : phrases_) text += (text.empty() ? "" : ", ") + phrase;
    return text.empty() ? nothing : text;
  }

 private:
  std::vector<std::string> phrases_;
};

constexpr char kNoError[] = "no error";
constexpr char kNoSuchLayer[] = "-";

std::string Count(std::size_t paths) {
  return std::to_string(paths) + (paths == 1 ? " path" : " paths");
}

/// multipathd's checker hits the same fault, but is not I/O of the guest.
bool IsOfTheGuest(const TraceEvent& event) { return event.task != "multipathd"; }

std::string OfThePaths(const ErrorTrace& trace) {
  std::vector<const TraceEvent*> events;
  for (const GuestCommand& command : trace.commands) {
    for (const SgIo& sg_io : command.sg_ios) {
      for (const TraceEvent& event : sg_io.below) events.push_back(&event);
    }
  }
  for (const TraceEvent& event : trace.elsewhere) {
    if (IsOfTheGuest(event)) events.push_back(&event);
  }
  Phrases completions;
  Phrases requests;
  for (const TraceEvent* event : events) {
    if (const auto* done = std::get_if<observe::ScsiDone>(&event->event)) {
      completions.Add(done->host_byte == scsi::HostByte::kOk ? scsi::ToString(done->status)
                                                             : scsi::ToString(done->host_byte));
    } else if (const auto* failed = std::get_if<observe::BlockError>(&event->event)) {
      if (timeline::IsScsiDisk(failed->device)) requests.Add("I/O error");
    }
  }
  // Logged for requests that fail before they become a command (drivers/scsi/scsi_lib.c).
  for (const observe::LogMessage& message : trace.log) {
    if (message.source == "kernel" && message.text.find("rejecting I/O to") != std::string::npos) {
      requests.Add("I/O rejected");
    }
  }
  // Completions are more specific than the failed requests that they cause.
  return completions.JoinedOr(requests.JoinedOr(kNoError));
}

/// Collects what dm-multipath and multipathd logged.
class LogReader {
 public:
  void operator()(const multipath::KernelFailingPath& failing) { failed_.insert(failing.path); }
  void operator()(const multipath::TableLoad& load) {
    std::size_t paths = 0;
    for (const dm::PathGroup& group : load.table.groups) paths += group.paths.size();
    table_ = paths;
  }
  void operator()(const multipath::PathRemoved& /*removed*/) { removes_ = true; }
  void operator()(const multipath::CheckerFailed& /*failed*/) { checker_failed_ = true; }
  void operator()(const multipath::PathOffline& /*offline*/) { offline_ = true; }
  void operator()(const multipath::RemainingActivePaths& remaining) { left_ = remaining.count; }
  void operator()(const multipath::EnteredRecovery& /*entered*/) { queues_ = true; }
  void operator()(const multipath::QueueingDisabled& /*disabled*/) { gives_up_ = true; }
  template <typename Other>
  void operator()(const Other& /*other*/) {}

  std::string OfDm() const {
    Phrases phrases;
    if (!failed_.empty()) phrases.Add("fails " + Count(failed_.size()));
    if (table_) phrases.Add("new table of " + Count(*table_));
    return phrases.JoinedOr(kNoError);
  }

  /// In a fixed order, since the order in the log depends on timing.
  std::string OfMultipathd() const {
    Phrases phrases;
    if (removes_) phrases.Add("path removed");
    if (offline_) phrases.Add("path offline");
    if (checker_failed_) phrases.Add("checker failed");
    if (left_) phrases.Add(Count(*left_) + " left");
    if (queues_) phrases.Add("I/O is queued");
    if (gives_up_) phrases.Add("I/O fails");
    return phrases.JoinedOr(kNoError);
  }

 private:
  std::set<DeviceNumber> failed_;
  std::optional<std::size_t> table_;
  bool removes_ = false;
  bool checker_failed_ = false;
  bool offline_ = false;
  std::optional<unsigned> left_;
  bool queues_ = false;
  bool gives_up_ = false;
};

std::string OfSgIo(const ErrorTrace& trace) {
  Phrases phrases;
  bool any = false;
  for (const GuestCommand& command : trace.commands) {
    for (const SgIo& sg_io : command.sg_ios) {
      any = true;
      if (sg_io.error_number != 0) phrases.Add(NameOfErrno(sg_io.error_number));
      if (!sg_io.result) continue;
      const auto& back = *sg_io.result;
      phrases.Add(back.host_byte == scsi::HostByte::kOk ? scsi::ToString(back.status)
                                                        : scsi::ToString(back.host_byte));
    }
  }
  if (!any) return kNoSuchLayer;
  return phrases.JoinedOr(trace.why_no_sg_io.empty() ? kNoError : kNotSeen);
}

std::string OfVirtioScsi(const ErrorTrace& trace) {
  if (trace.commands.empty()) return kNoSuchLayer;
  Phrases phrases;
  for (const GuestCommand& command : trace.FailedCommands()) {
    phrases.Add(command.response == VirtioScsiResponse::kOk ? scsi::ToString(command.status)
                                                            : observe::ToString(command.response));
  }
  return phrases.JoinedOr(kNoError);
}

std::string OfGuestKernel(const ErrorTrace& trace) {
  Phrases phrases;
  for (const GuestKernelError& error : trace.kernel_errors) {
    if (!error.host_byte) {
      phrases.Add("I/O error");
      continue;
    }
    phrases.Add(scsi::ToString(*error.host_byte) +
                (error.sense_key.empty() ? "" : ", " + error.sense_key));
  }
  return phrases.JoinedOr(kNoError);
}

std::string OfSense(const ErrorTrace& trace) {
  Phrases phrases;
  for (const GuestCommand& command : trace.commands) {
    if (!command.built_sense) continue;
    char text[16];
    std::snprintf(text, sizeof text, "%02x/%02x/%02x", command.built_sense->key,
                  command.built_sense->asc, command.built_sense->ascq);
    phrases.Add(text);
  }
  return phrases.JoinedOr("");
}

}  // namespace

std::string NameOfErrno(int error_number) {
  static const std::map<int, std::string> names = {
      {0, "good"},          {EIO, "EIO"},      {ENOSPC, "ENOSPC"},       {ENODEV, "ENODEV"},
      {ENXIO, "ENXIO"},     {EBADE, "EBADE"},  {EREMOTEIO, "EREMOTEIO"}, {ETIMEDOUT, "ETIMEDOUT"},
      {ENOLINK, "ENOLINK"}, {ENOTTY, "ENOTTY"}};
  const auto name = names.find(error_number);
  return name != names.end() ? name->second : "errno " + std::to_string(error_number);
}

LayerSummary Summarize(const ErrorTrace& trace) {
  LogReader log;
  for (const observe::LogMessage& message : trace.log) {
    std::visit(log, multipath::ParseLogLine(message.text));
  }
  return {OfThePaths(trace), log.OfDm(),          log.OfMultipathd(),  OfSgIo(trace),
          OfSense(trace),    OfVirtioScsi(trace), OfGuestKernel(trace)};
}

}  // namespace dualpath::layers
