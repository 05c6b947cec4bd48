#include "helpers/lab/ports.h"

#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <string_view>

#include "helpers/base/deadline.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::lab {
namespace {

constexpr char kWait[] = "wait for the lab VM";

/// Reads what has arrived on `port`; a closed port is an `Error`.
Result<std::string> ReadOpen(const UniqueFd& port, const char* name) {
  auto text = ReadSome(port, Deadline::In(std::chrono::seconds(0)));
  if (!text.ok()) return Error::Because(kWait, name, text.error().reason());
  if (text->empty()) return Error::Because(kWait, name, "closed");
  return text;
}

Status CheckSize(std::size_t bytes, std::size_t most, const char* name) {
  if (bytes <= most) return Ok{};
  return Error::Because(kWait, name, fmt::format("the VM wrote more than {} KiB", most >> 10));
}

}  // namespace

Status Ports::SendLine(const std::string& line) const {
  return SendAll(control, line + "\n", Deadline::In(kSendBudget));
}

bool Ports::HasLine() const {
  if (control_buffer_.find('\n') != std::string::npos) return true;
  std::array<char, 4096> arrived{};
  const ssize_t n = ::recv(control.get(), arrived.data(), arrived.size(), MSG_PEEK | MSG_DONTWAIT);
  return n > 0 && std::string_view(arrived.data(), static_cast<std::size_t>(n)).find('\n') !=
                      std::string_view::npos;
}

Result<std::string> Ports::ReadLine(const OutputSink& sink, Watch& watch) {
  while (true) {
    if (auto line = TakeLine(control_buffer_)) return std::move(*line);
    DUALPATH_TRY_STATUS(CheckSize(control_buffer_.size(), limits.line, "control"));
    std::array<pollfd, 3> ready = {pollfd{output.get(), POLLIN, 0},
                                   pollfd{results.get(), POLLIN, 0},
                                   pollfd{control.get(), POLLIN, 0}};
    const Status waited = watch.Await(ready);
    if (!waited.ok()) return Error::Because(kWait, "control", waited.error().reason());
    // The control port is last, so that output written before a line is passed on before the line.
    if ((ready[0].revents & POLLIN) != 0) {
      DUALPATH_TRY(const std::string text, ReadOpen(output, "output"));
      output_bytes_ += text.size();
      DUALPATH_TRY_STATUS(CheckSize(output_bytes_, limits.output, "output"));
      sink(text);
    } else if ((ready[1].revents & POLLIN) != 0) {
      DUALPATH_TRY(const std::string bytes, ReadOpen(results, "results"));
      results_buffer_ += bytes;
      DUALPATH_TRY_STATUS(CheckSize(results_buffer_.size(), limits.results, "results"));
    } else if (ready[2].revents != 0) {
      DUALPATH_TRY(const std::string text, ReadOpen(control, "control"));
      control_buffer_ += text;
    }
  }
}

Result<std::string> Ports::ReadResults(std::size_t bytes, Watch& watch) {
  DUALPATH_TRY_STATUS(CheckSize(bytes, limits.results, "results"));
  while (results_buffer_.size() < bytes) {
    const Status waited = watch.AwaitReadable(results.get());
    if (!waited.ok()) return Error::Because(kWait, "results", waited.error().reason());
    DUALPATH_TRY(const std::string chunk, ReadOpen(results, "results"));
    results_buffer_ += chunk;
  }
  std::string wanted = results_buffer_.substr(0, bytes);
  results_buffer_.erase(0, bytes);
  return wanted;
}

}  // namespace dualpath::lab
