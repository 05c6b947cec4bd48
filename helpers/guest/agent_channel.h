#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/eventually.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/wire/frame.h"
#include "helpers/guest/wire/wire.h"

namespace dualpath::guest {

/// The connection to the guest's agent: one request and its answer at a time.
class AgentChannel {
 public:
  /// Waits for the socket, and until the guest has booted and started the agent.
  static Result<AgentChannel> Connect(const std::string& socket_path, Deadline deadline);

  /// Like `Connect`, but on a connected stream socket, which messages refer to as `name`.
  static Result<AgentChannel> Adopt(UniqueFd socket, const std::string& name, Deadline deadline);

  const std::string& name() const { return name_; }

  /// Sends a request and returns the payload of its answer. The agent's refusal is an `Error` with
  /// its errno.
  Result<std::string> Ask(wire::MessageType type, std::string payload, Deadline deadline);

  /// Like `Ask`, for an answer that is a single struct.
  template <typename Answer>
  Result<Answer> AskFor(wire::MessageType type, std::string payload, Deadline deadline) {
    DUALPATH_TRY(const std::string answer, Ask(type, std::move(payload), deadline));
    const auto value = wire::FromPayload<Answer>(answer);
    if (value && answer.size() == sizeof(Answer)) return *value;
    return BadAnswer(type, "the answer has " + std::to_string(answer.size()) +
                               " bytes instead of " + std::to_string(sizeof(Answer)));
  }

  Result<wire::HelloAnswer> Hello(Deadline deadline);

  /// Returns the error for a missing or malformed answer, with the type and age of the last answer.
  Error BadAnswer(wire::MessageType type, const std::string& reason) const;

 private:
  AgentChannel(UniqueFd socket, std::string name);

  Status Send(const std::string& bytes, Deadline deadline);
  Result<wire::Message> Receive(wire::MessageType type, Deadline deadline);

  UniqueFd socket_;
  std::string name_;
  wire::FrameReader reader_;
  std::uint32_t last_request_ = 0;
  std::string last_answer_ = "none";
  Deadline::Clock::time_point last_answer_at_{};
};

/// Returns a random number, for values that must differ between two clients of a guest.
std::uint64_t RandomNumber();

/// "3.2 s".
std::string FormatSeconds(std::chrono::nanoseconds time);

/// Returns the text of a fixed-size field, which has a NUL at its end only if it is not full.
template <std::size_t kSize>
std::string TextOf(const char (&field)[kSize]) {
  return std::string(field, ::strnlen(field, kSize));
}

/// Polls `ask`, which returns a Result<State>, until `done(state)`. Errors are returned
/// immediately, except at the deadline, where the last state seen, described by `describe`, is more
/// useful.
template <typename State, typename Ask, typename Done, typename Describe>
Result<State> AwaitState(const std::string& operation, const std::string& object, Deadline deadline,
                         std::optional<State> last, const Ask& ask, const Done& done,
                         const Describe& describe) {
  if (last && done(*last)) return std::move(*last);
  std::optional<Error> failed;
  PollUntil(deadline, [&] {
    Result<State> state = ask();
    failed.reset();
    if (state.ok()) {
      last = std::move(*state);
    } else {
      failed = state.error();
    }
    return failed || done(*last);
  });
  if (!failed && done(*last)) return std::move(*last);
  if (failed && (!last || !deadline.Expired())) return *failed;
  return Error::Because(operation, object, "deadline expired; last seen: " + describe(*last));
}

}  // namespace dualpath::guest
