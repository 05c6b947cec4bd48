#include "helpers/timeline/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <iterator>
#include <utility>

#include "helpers/base/deadline.h"

namespace dualpath::timeline {

Recorder& Recorder::OfThisProcess() {
  static Recorder recorder;
  return recorder;
}

Status Recorder::Begin(const std::string& file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  records_.clear();
  file_ = UniqueFd();
  if (file.empty()) return Ok{};
  file_ = UniqueFd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
  if (!file_) return Error::FromErrno("create the timeline file", file, errno);
  return Ok{};
}

void Recorder::Add(Record record) {
  std::vector<Record> records;
  records.push_back(std::move(record));
  AddAll(std::move(records));
}

void Recorder::AddAll(std::vector<Record> records) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (file_) {
    // One write for all records: a crash can cut off at most the last line.
    const std::string lines = ToNdjson(records);
    if (::write(file_.get(), lines.data(), lines.size()) < 0) file_ = UniqueFd();
  }
  std::move(records.begin(), records.end(), std::back_inserter(records_));
}

void Recorder::BeforeEachStep(std::function<void(const Record&)> hook) {
  const std::lock_guard<std::mutex> lock(mutex_);
  before_each_step_ = std::move(hook);
}

void Recorder::AddStep(Record record) {
  std::function<void(const Record&)> hook;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    hook = before_each_step_;
  }
  if (hook) hook(record);
  Add(std::move(record));
}

std::vector<Record> Recorder::Records() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return records_;
}

void RecordStep(std::string text) {
  Record step;
  step.time_us = MonotonicUs();
  step.kind = "step";
  step.text = std::move(text);
  Recorder::OfThisProcess().AddStep(std::move(step));
}

void RecordFault(Severity severity, const std::string& verb, const std::string& path,
                 const std::string& device) {
  Record fault;
  fault.time_us = MonotonicUs();
  fault.lane = Lane::kFault;
  fault.kind = "fault";
  fault.severity = severity;
  fault.text =
      verb + (path.empty() ? "" : " " + path) + (device.empty() ? "" : " (" + device + ")");
  fault.path = path;
  fault.device = device;
  Recorder::OfThisProcess().AddStep(std::move(fault));
}

}  // namespace dualpath::timeline
