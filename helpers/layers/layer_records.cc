#include "helpers/layers/layer_records.h"

#include <string>
#include <utility>

namespace dualpath::layers {
namespace {

using timeline::Lane;
using timeline::Record;
using timeline::Severity;

Record FromCommand(const GuestCommand& command) {
  Record record;
  record.time_us = command.begun.count();
  record.lane = Lane::kQemu;
  record.kind = "command";
  record.severity = command.Failed() ? Severity::kError : Severity::kInfo;
  record.text = command.ToString();
  if (command.ended) record.duration_us = (*command.ended - command.begun).count();
  return record;
}

Record FromTrace(const observe::TraceEvent& event) {
  Record record;
  record.time_us = event.monotonic_us;
  record.lane = Lane::kKernel;
  record.kind = "trace";
  record.severity = Severity::kError;
  record.text = event.WithoutTime();
  if (const auto* done = std::get_if<observe::ScsiDone>(&event.event)) {
    record.path = done->path.ToString();
  } else if (const auto* refused = std::get_if<observe::ScsiRefused>(&event.event)) {
    record.path = refused->path.ToString();
  }
  return record;
}

Record FromKernelError(const GuestKernelError& error) {
  Record record;
  record.time_us = error.at.count();
  record.lane = Lane::kGuest;
  record.kind = "line";
  record.severity = Severity::kError;
  record.text = "the guest's kernel: " + error.ToString();
  return record;
}

}  // namespace

std::vector<Record> FromErrorTrace(const ErrorTrace& trace) {
  std::vector<Record> records;
  for (const GuestCommand& command : trace.commands) {
    records.push_back(FromCommand(command));
    for (const SgIo& sg_io : command.sg_ios) {
      for (const observe::TraceEvent& event : sg_io.below) records.push_back(FromTrace(event));
    }
  }
  for (const observe::TraceEvent& event : trace.elsewhere) records.push_back(FromTrace(event));
  for (const GuestKernelError& error : trace.kernel_errors) {
    records.push_back(FromKernelError(error));
  }
  return records;
}

}  // namespace dualpath::layers
