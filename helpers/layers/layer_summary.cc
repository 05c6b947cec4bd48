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

/// Words in order of first appearance, each once.
class Words {
 public:
  void Add(const std::string& word) {
    if (std::find(words_.begin(), words_.end(), word) == words_.end()) words_.push_back(word);
  }
  std::string JoinedOr(const std::string& nothing) const {
    std::string text;
    for (const std::string& word : words_) text += (text.empty() ? "" : ", ") + word;
    return text.empty() ? nothing : text;
  }

 private:
  std::vector<std::string> words_;
};

constexpr char kNoError[] = "no error";
constexpr char kNoSuchLayer[] = "-";

std::string Count(std::size_t paths) {
  return std::to_string(paths) + (paths == 1 ? " path" : " paths");
}

/// multipathd's checker runs into the same fault; that is not the guest's I/O.
bool IsOfTheGuest(const TraceEvent& record) { return record.task != "multipathd"; }

std::string OfThePaths(const ErrorTrace& seen) {
  std::vector<const TraceEvent*> records;
  for (const GuestCommand& command : seen.commands) {
    for (const SgIo& sg_io : command.sg_ios) {
      for (const TraceEvent& record : sg_io.below) records.push_back(&record);
    }
  }
  for (const TraceEvent& record : seen.elsewhere) {
    if (IsOfTheGuest(record)) records.push_back(&record);
  }
  Words completions;
  Words requests;
  for (const TraceEvent* record : records) {
    if (const auto* done = std::get_if<observe::ScsiDone>(&record->event)) {
      completions.Add(done->host_byte == scsi::HostByte::kOk ? scsi::ToString(done->status)
                                                             : scsi::ToString(done->host_byte));
    } else if (const auto* failed = std::get_if<observe::BlockError>(&record->event)) {
      if (timeline::IsScsiDisk(failed->device)) requests.Add("I/O error");
    }
  }
  // sd says so of what it does not even make a command of: drivers/scsi/scsi_lib.c.
  for (const observe::LogMessage& record : seen.log) {
    if (record.source == "kernel" && record.text.find("rejecting I/O to") != std::string::npos) {
      requests.Add("I/O rejected");
    }
  }
  // A completed command says why its request failed.
  return completions.JoinedOr(requests.JoinedOr(kNoError));
}

/// The log of dm-multipath and multipathd; each counts paths, or says something once.
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
    Words words;
    if (!failed_.empty()) words.Add("fails " + Count(failed_.size()));
    if (table_) words.Add("new table of " + Count(*table_));
    return words.JoinedOr(kNoError);
  }

  /// In an order of its own: which of them comes first depends on the moment.
  std::string OfMultipathd() const {
    Words words;
    if (removes_) words.Add("path removed");
    if (offline_) words.Add("path offline");
    if (checker_failed_) words.Add("checker failed");
    if (left_) words.Add(Count(*left_) + " left");
    if (queues_) words.Add("I/O is held");
    if (gives_up_) words.Add("I/O fails");
    return words.JoinedOr(kNoError);
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

std::string OfSgIo(const ErrorTrace& seen) {
  Words words;
  bool any = false;
  for (const GuestCommand& command : seen.commands) {
    for (const SgIo& sg_io : command.sg_ios) {
      any = true;
      if (sg_io.error_number != 0) words.Add(NameOfErrno(sg_io.error_number));
      if (!sg_io.handed_back) continue;
      const auto& back = *sg_io.handed_back;
      words.Add(back.host_byte == scsi::HostByte::kOk ? scsi::ToString(back.status)
                                                      : scsi::ToString(back.host_byte));
    }
  }
  if (!any) return kNoSuchLayer;
  return words.JoinedOr(seen.why_no_sg_io.empty() ? kNoError : "not seen");
}

std::string OfVirtioScsi(const ErrorTrace& seen) {
  if (seen.commands.empty()) return kNoSuchLayer;
  Words words;
  for (const GuestCommand& command : seen.FailedCommands()) {
    words.Add(command.response == VirtioScsiResponse::kOk ? scsi::ToString(command.status)
                                                          : observe::ToString(command.response));
  }
  return words.JoinedOr(kNoError);
}

std::string OfGuestKernel(const ErrorTrace& seen) {
  Words words;
  for (const GuestKernelError& complaint : seen.complaints) {
    if (!complaint.host_byte) {
      words.Add("I/O error");
      continue;
    }
    words.Add(scsi::ToString(*complaint.host_byte) +
              (complaint.sense_key.empty() ? "" : ", " + complaint.sense_key));
  }
  return words.JoinedOr(kNoError);
}

std::string OfSense(const ErrorTrace& seen) {
  Words words;
  for (const GuestCommand& command : seen.commands) {
    if (!command.built_sense) continue;
    char text[16];
    std::snprintf(text, sizeof text, "%02x/%02x/%02x", command.built_sense->key,
                  command.built_sense->asc, command.built_sense->ascq);
    words.Add(text);
  }
  return words.JoinedOr("");
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

LayerSummary Summarize(const ErrorTrace& seen) {
  LogReader log;
  for (const observe::LogMessage& record : seen.log) {
    std::visit(log, multipath::ParseLogLine(record.text));
  }
  return {OfThePaths(seen), log.OfDm(),         log.OfMultipathd(), OfSgIo(seen),
          OfSense(seen),    OfVirtioScsi(seen), OfGuestKernel(seen)};
}

}  // namespace dualpath::layers
