#include "helpers/layers/layer_events.h"

#include <string>
#include <utility>

namespace dualpath::layers {
namespace {

using timeline::Event;
using timeline::Lane;
using timeline::Severity;

Event FromCommand(const GuestCommand& command) {
  Event event;
  event.time_us = command.begun.count();
  event.lane = Lane::kQemu;
  event.kind = "command";
  event.severity = command.Failed() ? Severity::kError : Severity::kInfo;
  event.text = command.ToString();
  if (command.ended) event.duration_us = (*command.ended - command.begun).count();
  return event;
}

Event FromTrace(const observe::TraceRecord& record) {
  Event event;
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

Event FromComplaint(const GuestComplaint& complaint) {
  Event event;
  event.time_us = complaint.at.count();
  event.lane = Lane::kGuest;
  event.kind = "line";
  event.severity = Severity::kError;
  event.text = "the guest's kernel: " + complaint.ToString();
  return event;
}

}  // namespace

std::vector<Event> FromErrorPath(const ErrorPath& path) {
  std::vector<Event> events;
  for (const GuestCommand& command : path.commands) {
    events.push_back(FromCommand(command));
    for (const SgIo& sg_io : command.sg_ios) {
      for (const observe::TraceRecord& record : sg_io.below) events.push_back(FromTrace(record));
    }
  }
  for (const observe::TraceRecord& record : path.elsewhere) events.push_back(FromTrace(record));
  for (const GuestComplaint& complaint : path.complaints) {
    events.push_back(FromComplaint(complaint));
  }
  return events;
}

}  // namespace dualpath::layers
