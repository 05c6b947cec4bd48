#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "helpers/lab/protocol.h"

namespace dualpath::lab {

/// Decides when to hold a VM in virtual time, so that its clock keeps pace with ours while its
/// shell waits at the prompt: an idle VM would jump from timer to timer, burn a CPU and fill its
/// journal. While a command runs in the foreground, the VM is never held.
///
/// The VM says what its clock is at the latest every second of that clock (protocol::ShellClock).
/// If that is `kBurst` ahead of ours, the VM is held until ours has caught up, or something is sent
/// to it: then it is held again as soon as that is done.
/// What was sent ends the hold, and no later hold begins before the VM has confirmed its arrival:
/// a clock line may have been on its way. Does nothing but arithmetic: the caller passes the time,
/// and holds the VM.
class PromptPace {
 public:
  using Clock = std::chrono::steady_clock;

  /// Lead at which the VM is held. With the guest writing, a VM held every second takes 5 to 12 %
  /// of a core, the more the busier this machine: others have used its caches meanwhile. In bursts
  /// of three seconds it takes 4 %, as much as the same virtual time takes in a VM that is never
  /// held.
  static constexpr std::chrono::milliseconds kBurst{3000};

  /// Lag that is made up for: scheduling delays. After a longer one, for example while this machine
  /// is under load, the VM's clock just goes on.
  static constexpr std::chrono::milliseconds kMostLag{1000};

  /// Lead that is waited for, at most. The VM may gain more in a copy, or a moment in which this
  /// machine did not run us; the guest need not stand still for all of it.
  static constexpr std::chrono::milliseconds kMostLead{12000};

  /// Notes a line from the VM that has arrived at `now`.
  void Received(const protocol::ShellClock& clock, Clock::time_point now);

  /// Notes bytes for the shell's terminal.
  void Typed(std::size_t bytes);

  /// Notes a line on the control port to which the VM will answer `done`; and that answer.
  void Asked();
  void Answered();

  /// Returns until when the VM is to be held; nothing if it is to run.
  std::optional<Clock::time_point> HeldUntil(Clock::time_point now) const;

 private:
  /// A point at which both clocks are equal: now, or when ours has caught up.
  struct Equal {
    Clock::time_point ours;
    std::chrono::duration<double> vms;
  };

  std::optional<Equal> equal_;  // unset while a command runs
  bool catching_up_ = false;    // whether our clock has to reach equal_ before the VM runs on
  std::optional<Clock::time_point> due_;
  std::uint64_t typed_ = 0;
  int unanswered_ = 0;
};

}  // namespace dualpath::lab
