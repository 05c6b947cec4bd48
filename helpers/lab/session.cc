#include "helpers/lab/session.h"

#include <poll.h>
#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/replace.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/lab/line_socket.h"
#include "helpers/lab/protocol.h"

namespace dualpath::lab {
namespace {

// Limits the memory for input, such as a pasted file, that the shell has not read yet.
constexpr std::size_t kMostPending = std::size_t{64} << 10;
constexpr std::size_t kChunk = std::size_t{16} << 10;
constexpr std::chrono::seconds kLineBudget{10};  // for the rest of a line that has begun

constexpr std::chrono::minutes kAnswerBudget{2};  // for an answer of the lab agent

constexpr char kHelp[] =
    "\r\n~.       leave and remove the lab VM\r\n"
    "~s NAME  save the VM under a name, for dualpath shell --from NAME\r\n"
    "~?       show this help\r\n~~       type a ~\r\n"
    "Type them after Enter. To copy files: dualpath cp, on another terminal.\r\n";

const char* NameOf(int fd) { return fd == STDERR_FILENO ? "stderr" : "stdout"; }

void Print(const std::string& text) {
  // The next TakeOutput returns the error if standard output is closed.
  static_cast<void>(WriteAll(STDOUT_FILENO, "stdout", text));
}

/// Prints a message on our terminal, which is raw.
Status Tell(const std::string& message) {
  return WriteAll(
      STDERR_FILENO, "stderr",
      "dualpath: " + boost::algorithm::replace_all_copy(message, "\n", "\r\n") + "\r\n");
}

}  // namespace

Result<Session::End> Session::Run() {
  if (terminal_) {
    sent_size_ = process::WindowSizeOf(STDIN_FILENO);
    DUALPATH_TRY(window_, process::WatchWindowSize());
  }
  while (true) {
    DUALPATH_TRY(const std::optional<int> code, PollOnce());
    if (code) return End{*code, false};
    if (left_) return End{0, true};
  }
}

/// Returns poll(2)'s timeout, at whose end this has to be called again.
int Session::HoldOrRelease() {
  if (!terminal_ || !terminal_->keeps_pace) return -1;
  const auto now = PromptPace::Clock::now();
  const auto until = pace_.HeldUntil(now);
  if (!until) {
    vm_.Release();
    return -1;
  }
  vm_.Hold();
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*until - now).count());
}

Result<std::optional<int>> Session::PollOnce() {
  if (exit_code_) return exit_code_;
  const Ports& ports = vm_.ports();
  const bool takes_input = !input_ended_ && pending_.size() < kMostPending;
  const short output_events = static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT);
  CopyServer* const copy_server = terminal_ ? terminal_->copies : nullptr;
  std::array<pollfd, 6> ready = {
      pollfd{takes_input ? STDIN_FILENO : -1, POLLIN, 0},
      pollfd{ports.output.get(), output_events, 0},
      pollfd{terminal_ ? -1 : ports.results.get(), POLLIN, 0},
      pollfd{ports.control.get(), POLLIN, 0},
      pollfd{window_.get(), POLLIN, 0},
      pollfd{copy_server == nullptr ? -1 : copy_server->fd(), POLLIN, 0},
  };
  const auto& [input, output, errors, control, window, copies] = ready;
  const int timeout = HoldOrRelease();
  if (::poll(ready.data(), ready.size(), ports.HasLine() ? 0 : timeout) < 0) {
    if (errno == EINTR) return std::optional<int>();
    return Error::FromErrno("wait for", "the lab and the terminal", errno);
  }
  if ((output.revents & POLLOUT) != 0) DUALPATH_TRY_STATUS(SendPending());
  if (input.revents != 0) DUALPATH_TRY_STATUS(TakeInput());
  if (window.revents != 0) DUALPATH_TRY_STATUS(Resize());
  if (copies.revents != 0) {
    DUALPATH_TRY(const std::vector<std::string> lines, copy_server->Serve(vm_, Print));
    for (const std::string& line : lines) {
      DUALPATH_TRY(const auto code, HandleControlLine(line));
      if (code) return code;
    }
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
  if (printed || (control.revents == 0 && !ports.HasLine())) return std::optional<int>();
  // Output may have arrived after the first poll.
  std::array<pollfd, 2> again = {pollfd{output.fd, POLLIN, 0}, pollfd{errors.fd, POLLIN, 0}};
  if (::poll(again.data(), again.size(), 0) > 0) return std::optional<int>();
  DUALPATH_TRY(const std::string line, vm_.ReadLine(Print, Limit{kLineBudget}));
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
    left_ = terminal_.has_value();
  }
  if (terminal_) return TakeTyped(text);
  pending_ += fmt::format("{}\n", text.size()) + text;
  return SendPending();
}

Status Session::TakeTyped(std::string text) {
  while (!text.empty() && !left_) {
    process::Escapes::Found found = escapes_.Take(text);
    if (found.help) DUALPATH_TRY_STATUS(WriteAll(STDERR_FILENO, "stderr", kHelp));
    if (!found.echo.empty()) DUALPATH_TRY_STATUS(WriteAll(STDERR_FILENO, "stderr", found.echo));
    left_ = found.leave;
    DUALPATH_TRY_STATUS(Type(found.typed));
    if (found.save) DUALPATH_TRY_STATUS(Save(*found.save));
    text = std::move(found.rest);
  }
  return Ok{};
}

Status Session::Type(const std::string& text) {
  if (text.empty()) return Ok{};
  wants_prompt_ = false;
  pace_.Typed(text.size());
  vm_.Release();
  pending_ += text;
  return SendPending();
}

/// A VM that cannot be saved is no reason to lose it: the reason is printed.
Status Session::Save(const std::string& name) {
  DUALPATH_TRY_STATUS(Tell("saving the lab VM, which takes some seconds ..."));
  const Status saved =
      terminal_->save(name, [this](const std::string& line) { return Request(line); });
  DUALPATH_TRY_STATUS(Tell(saved.ok() ? "saved; dualpath shell --from " + name + " starts there"
                                      : saved.error().ToString()));
  wants_prompt_ = true;  // the last one is far up
  return Ok{};
}

Result<std::string> Session::Request(const std::string& line) {
  DUALPATH_TRY_STATUS(vm_.SendLine(line));
  while (true) {
    DUALPATH_TRY(std::string answer, vm_.ReadLine(Print, Limit{kAnswerBudget}));
    const auto handled = HandleControlLine(answer);
    if (!handled.ok()) return answer;  // not about the session
    if (*handled) exit_code_ = *handled;
  }
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
  pace_.Asked();
  return vm_.SendLine(fmt::format("/payload/data/resize {} {}; {}", now.rows, now.columns,
                                  protocol::Echo(protocol::kDone)));
}

Result<std::optional<int>> Session::HandleControlLine(const std::string& line) {
  if (const auto code = protocol::ParseExitCode(line)) return code;
  if (const auto clock = protocol::ParseClock(line)) {
    pace_.Received(*clock, PromptPace::Clock::now());
    if (wants_prompt_ && clock->at_prompt) DUALPATH_TRY_STATUS(Type("\r"));
    return std::optional<int>();
  }
  if (line == protocol::kDone) {
    pace_.Answered();
    return std::optional<int>();
  }
  return Error::Because("run a shell", "in the lab VM",
                        "received \"" + line + "\" on the control port");
}

}  // namespace dualpath::lab
