#pragma once

#include <algorithm>
#include <chrono>

namespace dualpath::terminal {

/// When the terminal says what the VM's clock is: every second, and soon after input or output, so
/// that typing takes little of the VM's time, and a command that begins or ends is soon known.
///
/// Soon is not at once: the shell first has to act on a key, and its answer has to be read. While
/// input or output flows, it is after a second.
class ReportTimer {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPeriod{1000};
  /// For the shell to read the input and answer it, while the guest uses the CPU, too.
  static constexpr std::chrono::milliseconds kAfterInput{100};
  static constexpr std::chrono::milliseconds kAfterOutput{30};  ///< for the rest of the answer

  /// The first report is due at once.
  explicit ReportTimer(Clock::time_point now) : latest_(now), due_(now) {}

  void Input(Clock::time_point now) { due_ = std::min(latest_, now) + kAfterInput; }
  void Output(Clock::time_point now) { due_ = std::min(latest_, now) + kAfterOutput; }
  void Reported(Clock::time_point now) { due_ = latest_ = now + kPeriod; }

  Clock::time_point due() const { return due_; }

 private:
  Clock::time_point latest_;  // a second after the last report
  Clock::time_point due_;
};

}  // namespace dualpath::terminal
