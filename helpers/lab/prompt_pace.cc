#include "helpers/lab/prompt_pace.h"

namespace dualpath::lab {

using std::chrono::duration_cast;

void PromptPace::Received(const protocol::ShellClock& clock, Clock::time_point now) {
  due_.reset();
  if (!clock.at_prompt) {
    equal_.reset();
    return;
  }
  const std::chrono::duration<double> vms(clock.seconds);
  if (!equal_) equal_ = Equal{now, vms};
  auto lead = duration_cast<Clock::duration>(vms - equal_->vms) - (now - equal_->ours);
  if (lead < -kMostLag) lead = Clock::duration(0);
  if (lead > kMostLead) lead = kMostLead;
  catching_up_ = lead >= kBurst || (catching_up_ && now < equal_->ours);
  equal_ = Equal{now + lead, vms};
  // What is on its way may be the Enter that begins a command.
  if (catching_up_ && clock.typed == typed_) due_ = now + lead;
}

void PromptPace::Typed(std::size_t bytes) {
  typed_ += bytes;
  due_.reset();
}

void PromptPace::Asked() { ++unanswered_; }

void PromptPace::Answered() { --unanswered_; }

std::optional<PromptPace::Clock::time_point> PromptPace::HeldUntil(Clock::time_point now) const {
  if (!due_ || unanswered_ > 0 || *due_ <= now) return std::nullopt;
  return due_;
}

}  // namespace dualpath::lab
