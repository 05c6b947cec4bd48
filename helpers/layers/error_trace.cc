#include "helpers/layers/error_trace.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <map>
#include <optional>

namespace dualpath::layers {
namespace {

Moment InMicroseconds(Deadline::Clock::time_point time) {
  return std::chrono::duration_cast<Moment>(time.time_since_epoch());
}

/// Occurrences of one message.
struct Count {
  std::size_t times = 0;
  Moment first{0};
  Moment last{0};
};

/// The rows of one layer, in the order of first appearance.
class Layer {
 public:
  explicit Layer(std::string name) : name_(std::move(name)) {}

  void Add(const std::string& message, Moment at) {
    const auto [entry, is_new] = counts_.try_emplace(message, Count{0, at, at});
    if (is_new) order_.push_back(message);
    ++entry->second.times;
    entry->second.first = std::min(entry->second.first, at);
    entry->second.last = std::max(entry->second.last, at);
  }

  void Print(std::ostream& out) const {
    std::string name = name_;
    for (const std::string& message : order_) {
      const Count& count = counts_.at(message);
      char line[96];
      std::snprintf(line, sizeof line, "\n  %-14s %5zux %11.3f", name.c_str(), count.times,
                    Seconds(count.first));
      out << line;
      if (count.times > 1) {
        std::snprintf(line, sizeof line, " .. %.3f", Seconds(count.last));
        out << line;
      }
      out << "  " << message;
      name.clear();
    }
    if (order_.empty()) out << "\n  " << name_ << ": nothing";
  }

 private:
  static double Seconds(Moment at) { return std::chrono::duration<double>(at).count(); }

  std::string name_;
  std::vector<std::string> order_;
  std::map<std::string, Count> counts_;
};

std::string Describe(const observe::BuiltSense& sense) {
  char text[64];
  std::snprintf(text, sizeof text, "sense key 0x%02x, asc 0x%02x, ascq 0x%02x", sense.key,
                sense.asc, sense.ascq);
  return text;
}

}  // namespace

std::vector<GuestCommand> ErrorTrace::FailedCommands() const {
  std::vector<GuestCommand> failed;
  std::copy_if(commands.begin(), commands.end(), std::back_inserter(failed),
               [](const GuestCommand& command) { return command.Failed(); });
  return failed;
}

std::vector<guest::IoResult> ErrorTrace::FailedIo() const {
  std::vector<guest::IoResult> failed;
  std::copy_if(application.results.begin(), application.results.end(), std::back_inserter(failed),
               [](const guest::IoResult& io) { return io.error_number != 0; });
  return failed;
}

ErrorTrace ErrorTrace::Between(Moment from, Moment to) const {
  const auto restrict = [&](auto& list, const auto& moment_of) {
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const auto& item) {
                                const Moment at = moment_of(item);
                                return at < from || at >= to;
                              }),
               list.end());
  };
  ErrorTrace part = *this;
  restrict(part.commands, [](const GuestCommand& command) { return command.begun; });
  restrict(part.elsewhere,
           [](const observe::TraceEvent& event) { return Moment(event.monotonic_us); });
  restrict(part.log,
           [](const observe::LogMessage& message) { return Moment(message.monotonic_us); });
  restrict(part.domain_events,
           [](const guest::DomainEvent& event) { return InMicroseconds(event.at); });
  restrict(part.kernel_errors, [](const GuestKernelError& error) { return error.at; });
  auto& results = part.application.results;
  restrict(results, [](const guest::IoResult& io) { return InMicroseconds(io.start); });
  results.erase(
      std::remove_if(results.begin(), results.end(),
                     [&](const guest::IoResult& io) { return InMicroseconds(io.end) >= to; }),
      results.end());
  return part;
}

ErrorTrace ErrorTrace::EndedBefore(Moment to) const {
  ErrorTrace part = *this;
  part.commands.erase(std::remove_if(part.commands.begin(), part.commands.end(),
                                     [&](const GuestCommand& command) {
                                       return !command.ended || *command.ended >= to;
                                     }),
                      part.commands.end());
  return part;
}

std::vector<GuestCommand> ErrorTrace::TriesOf(const guest::IoResult& io) const {
  const std::uint64_t sectors = application.options.block_bytes / guest::kSectorBytes;
  const std::uint64_t first = application.options.ByteOf(io.block) / guest::kSectorBytes;
  const auto slack = std::chrono::duration_cast<Moment>(application.clock_error) + Moment(1000);
  std::vector<GuestCommand> tries;
  std::copy_if(commands.begin(), commands.end(), std::back_inserter(tries),
               [&](const GuestCommand& command) {
                 return command.sector && *command.sector >= first &&
                        *command.sector < first + sectors &&
                        command.begun + slack >= InMicroseconds(io.start) &&
                        command.begun <= InMicroseconds(io.end) + slack;
               });
  return tries;
}

void PrintTo(const ErrorTrace& trace, std::ostream* out) {
  Layer paths("paths");
  Layer sg_io("SG_IO");
  Layer qemu("QEMU");
  Layer virtio("virtio-scsi");
  for (const GuestCommand& command : trace.FailedCommands()) {
    for (const SgIo& one : command.sg_ios) {
      sg_io.Add(one.ToString(), one.issued);
      for (const observe::TraceEvent& event : one.below) {
        paths.Add(event.WithoutTime(), Moment(event.monotonic_us));
      }
    }
    if (command.built_sense) qemu.Add(Describe(*command.built_sense), command.begun);
    virtio.Add(observe::ToString(command.response) + ", " + scsi::ToString(command.status),
               *command.ended);
  }
  for (const guest::DomainEvent& event : trace.domain_events) {
    qemu.Add(event.ToString(), InMicroseconds(event.at));
  }
  Layer others("others");
  for (const observe::TraceEvent& event : trace.elsewhere) {
    others.Add(event.WithoutTime(), Moment(event.monotonic_us));
  }
  Layer log("log");
  for (const observe::LogMessage& message : trace.log) {
    log.Add(message.source + ": " + message.text, Moment(message.monotonic_us));
  }
  Layer kernel("guest kernel");
  for (GuestKernelError error : trace.kernel_errors) {
    error.sector.reset();  // equal errors of different sectors share a row
    kernel.Add(error.ToString(), error.at);
  }
  Layer application("application");
  for (const guest::IoResult& io : trace.FailedIo()) {
    application.Add(std::generic_category().message(io.error_number), InMicroseconds(io.start));
  }
  *out << trace.FailedCommands().size() << " of " << trace.commands.size()
       << " commands of the guest failed, " << trace.FailedIo().size() << " of "
       << trace.application.results.size() << " I/Os of the application:";
  for (const Layer* layer :
       {&log, &others, &paths, &sg_io, &qemu, &virtio, &kernel, &application}) {
    layer->Print(*out);
  }
  if (!trace.why_no_sg_io.empty()) {
    *out << "\n  the results of SG_IO cannot be traced: " << trace.why_no_sg_io;
  }
}

}  // namespace dualpath::layers
