#include "helpers/layers/layer_records.h"

#include <string>
#include <utility>

namespace dualpath::layers {
namespace {

using timeline::Lane;
using timeline::Record;
using timeline::Severity;

Record FromCommand(const GuestCommand& command) {
  Record event;
  event.time_us = command.begun.count();
  event.lane = Lane::kQemu;
  event.kind = "command";
  event.severity = command.Failed() ? Severity::kError : Severity::kInfo;
  event.text = command.ToString();
  if (command.ended) event.duration_us = (*command.ended - command.begun).count();
  return event;
}

Record FromTrace(const observe::TraceEvent& record) {
  Record event;
  event.time_us = record.monotonic_us;
  event.lane = Lane::kKernel;
  event.kind = "trace";
  event.severity = Severity::kError;
  event.text = record.WithoutTime();
  if (const auto* done = std::get_if<observe::ScsiDone>(&record.event)) {
    event.path = done->path.ToString();
  } else if (const auto* refused = std::get_if<observe::ScsiRefused>(&record.event)) {
    event.path = refused->path.ToString();
  }
  return event;
}

Record FromComplaint(const GuestKernelError& complaint) {
  Record event;
  event.time_us = complaint.at.count();
  event.lane = Lane::kGuest;
  event.kind = "line";
  event.severity = Severity::kError;
  event.text = "the guest's kernel: " + complaint.ToString();
  return event;
}

}  // namespace

std::vector<Record> FromErrorPath(const ErrorTrace& path) {
  std::vector<Record> events;
  for (const GuestCommand& command : path.commands) {
    events.push_back(FromCommand(command));
    for (const SgIo& sg_io : command.sg_ios) {
      for (const observe::TraceEvent& record : sg_io.below) events.push_back(FromTrace(record));
    }
  }
  for (const observe::TraceEvent& record : path.elsewhere) events.push_back(FromTrace(record));
  for (const GuestKernelError& complaint : path.complaints) {
    events.push_back(FromComplaint(complaint));
  }
  return events;
}

}  // namespace dualpath::layers
