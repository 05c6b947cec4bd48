#include "helpers/lab/ports.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <optional>

#include "helpers/lab/line_socket.h"

namespace dualpath::lab {
namespace {

constexpr char kWait[] = "wait for the lab VM";
constexpr std::chrono::hours kLongestPoll{1};
constexpr std::chrono::seconds kSendBudget{
    30};  // for a line, which the port accepts immediately unless the VM hangs

/// Reads what has arrived on `port`; a closed port is an `Error`.
Result<std::string> ReadOpen(const UniqueFd& port, const char* name, Deadline deadline) {
  auto text = ReadSome(port, deadline);
  if (!text.ok()) return Error::Because(kWait, name, text.error().reason());
  if (text->empty()) return Error::Because(kWait, name, "closed");
  return text;
}

}  // namespace

Status Ports::SendLine(const std::string& line) const {
  return SendAll(control, line + "\n", Deadline::In(kSendBudget));
}

Result<std::string> Ports::ReadLine(const OutputSink& sink, Deadline deadline) {
  while (true) {
    if (auto line = TakeLine(control_buffer_)) return std::move(*line);
    if (deadline.Expired()) return Error::Because(kWait, "control", "no line before the deadline");
    std::array<pollfd, 3> ready = {pollfd{output.get(), POLLIN, 0},
                                   pollfd{results.get(), POLLIN, 0},
                                   pollfd{control.get(), POLLIN, 0}};
    const int wait = static_cast<int>(deadline.RemainingUpTo(kLongestPoll).count());
    if (::poll(ready.data(), ready.size(), wait) < 0 && errno != EINTR) {
      return Error::FromErrno(kWait, "control", errno);
    }
    // The control port is last, so that output written before a line is passed on before the line.
    if ((ready[0].revents & POLLIN) != 0) {
      DUALPATH_TRY(const std::string text, ReadOpen(output, "output", deadline));
      sink(text);
    } else if ((ready[1].revents & POLLIN) != 0) {
      DUALPATH_TRY(const std::string bytes, ReadOpen(results, "results", deadline));
      results_buffer_ += bytes;
    } else if (ready[2].revents != 0) {
      DUALPATH_TRY(const std::string text, ReadOpen(control, "control", deadline));
      control_buffer_ += text;
    }
  }
}

Result<std::string> Ports::ReadResults(std::size_t bytes, Deadline deadline) {
  while (results_buffer_.size() < bytes) {
    DUALPATH_TRY(const std::string chunk, ReadOpen(results, "results", deadline));
    results_buffer_ += chunk;
  }
  std::string wanted = results_buffer_.substr(0, bytes);
  results_buffer_.erase(0, bytes);
  return wanted;
}

}  // namespace dualpath::lab
