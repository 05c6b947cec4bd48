#include "helpers/lab/session.h"

#include <poll.h>
#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "helpers/base/file.h"
#include "helpers/lab/line_socket.h"
#include "helpers/lab/protocol.h"

namespace dualpath::lab {
namespace {

// Limits the memory for input, such as a pasted file, that the shell has not read yet.
constexpr std::size_t kMostPending = std::size_t{64} << 10;
constexpr std::size_t kChunk = std::size_t{16} << 10;
constexpr std::chrono::seconds kLineBudget{10};  // for the rest of a line that has begun

constexpr char kHelp[] =
    "\r\n~.  leave and remove the lab VM\r\n~?  show this help\r\n~~  type a ~\r\n"
    "Type them after Enter. To copy files: dualpath cp, on another terminal.\r\n";

const char* NameOf(int fd) { return fd == STDERR_FILENO ? "stderr" : "stdout"; }

}  // namespace

Result<Session::End> Session::Run() {
  if (on_terminal_) {
    sent_size_ = process::WindowSizeOf(STDIN_FILENO);
    DUALPATH_TRY(window_, process::WatchWindowSize());
  }
  while (true) {
    DUALPATH_TRY(const std::optional<int> code, PollOnce());
    if (code) return End{*code, false};
    if (left_) return End{0, true};
  }
}

Result<std::optional<int>> Session::PollOnce() {
  const Ports& ports = vm_.ports();
  const bool takes_input = !input_ended_ && pending_.size() < kMostPending;
  const short output_events = static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT);
  std::array<pollfd, 6> ready = {
      pollfd{takes_input ? STDIN_FILENO : -1, POLLIN, 0},
      pollfd{ports.output.get(), output_events, 0},
      pollfd{on_terminal_ ? -1 : ports.results.get(), POLLIN, 0},
      pollfd{ports.control.get(), POLLIN, 0},
      pollfd{window_.get(), POLLIN, 0},
      pollfd{copies_ == nullptr ? -1 : copies_->fd(), POLLIN, 0},
  };
  const auto& [input, output, errors, control, window, copies] = ready;
  if (::poll(ready.data(), ready.size(), -1) < 0) {
    if (errno == EINTR) return std::optional<int>();
    return Error::FromErrno("wait for", "the lab and the terminal", errno);
  }
  if ((output.revents & POLLOUT) != 0) DUALPATH_TRY_STATUS(SendPending());
  if (input.revents != 0) DUALPATH_TRY_STATUS(TakeInput());
  if (window.revents != 0) DUALPATH_TRY_STATUS(Resize());
  const auto print = [](const std::string& text) {
    // The next TakeOutput returns the error if standard output is closed.
    static_cast<void>(WriteAll(STDOUT_FILENO, "stdout", text));
  };
  if (copies.revents != 0) {
    DUALPATH_TRY(const std::string line, copies_->Serve(vm_, print));
    if (!line.empty()) return HandleControlLine(line);
  }
  // The shell's output was written before its "exit" line: print it before handling that.
  bool printed = false;
  if ((output.revents & ~POLLOUT) != 0) {
    DUALPATH_TRY(printed, TakeOutput(ports.output, STDOUT_FILENO));
  }
  if (errors.revents != 0) {
    DUALPATH_TRY(const bool errors_printed, TakeOutput(ports.results, STDERR_FILENO));
    printed = printed || errors_printed;
  }
  if (printed || control.revents == 0) return std::optional<int>();
  // Output may have arrived after the first poll.
  std::array<pollfd, 2> again = {pollfd{output.fd, POLLIN, 0}, pollfd{errors.fd, POLLIN, 0}};
  if (::poll(again.data(), again.size(), 0) > 0) return std::optional<int>();
  DUALPATH_TRY(const std::string line, vm_.ReadLine(print, Limit{kLineBudget}));
  return HandleControlLine(line);
}

Result<bool> Session::TakeOutput(const UniqueFd& port, int to) {
  DUALPATH_TRY(const std::string text, ReadSome(port, Deadline::In(kLineBudget)));
  if (text.empty()) return vm_.ExitError("the VM ended before the shell did");
  DUALPATH_TRY_STATUS(WriteAll(to, NameOf(to), text));
  return true;
}

Status Session::TakeInput() {
  std::array<char, kChunk> chunk{};
  const ssize_t n = ::read(STDIN_FILENO, chunk.data(), chunk.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return Ok{};
  const std::string text(chunk.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  if (text.empty()) {
    // Reading a closed terminal fails with EIO.
    input_ended_ = true;
    left_ = on_terminal_;
  }
  if (!on_terminal_) {
    pending_ += fmt::format("{}\n", text.size()) + text;
    return SendPending();
  }
  const process::Escapes::Found found = escapes_.Take(text);
  if (found.help) DUALPATH_TRY_STATUS(WriteAll(STDERR_FILENO, "stderr", kHelp));
  left_ = left_ || found.leave;
  pending_ += found.typed;
  return SendPending();
}

Status Session::SendPending() {
  const ssize_t n = ::send(vm_.ports().output.get(), pending_.data(), pending_.size(),
                           MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n > 0) pending_.erase(0, static_cast<std::size_t>(n));
  // TakeOutput returns the error if the VM has ended.
  return Ok{};
}

Status Session::Resize() {
  std::uint64_t count = 0;
  if (::read(window_.get(), &count, sizeof(count)) < 0) return Ok{};
  const process::WindowSize now = process::WindowSizeOf(STDIN_FILENO);
  if (now == sent_size_) return Ok{};
  sent_size_ = now;
  return vm_.SendLine(fmt::format("/payload/data/resize {} {}", now.rows, now.columns));
}

Result<std::optional<int>> Session::HandleControlLine(const std::string& line) {
  if (const auto code = protocol::ParseExitCode(line)) return code;
  return Error::Because("run a shell", "in the lab",
                        "expected \"exit CODE\" on the control port, received \"" + line + "\"");
}

}  // namespace dualpath::lab
