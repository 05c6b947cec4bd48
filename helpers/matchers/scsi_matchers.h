#pragma once

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "helpers/base/result.h"
#include "helpers/matchers/negation.h"
#include "helpers/scsi/completion.h"

namespace dualpath {

/// Matches a SCSI command's completion, or the Result of sending the command; an `Error` matches
/// neither this nor its negation:
///   EXPECT_THAT(guest().Execute(scsi::Read10(0, 8)), Succeeded());
/// fails as
///   Expected: succeeds
///     Actual: READ(10) of 8 blocks at 0: RESERVATION CONFLICT, DID_OK; residual 4096 after 0.004 s
class CompletionMatcher : public MayFailToLook {
 public:
  explicit CompletionMatcher(::testing::Matcher<const scsi::Completion&> inner)
      : inner_(std::move(inner)) {}

  operator ::testing::Matcher<const scsi::Completion&>() const {  // NOLINT(*-explicit-*)
    return inner_;
  }
  operator ::testing::Matcher<const Result<scsi::Completion>&>() const;  // NOLINT(*-explicit-*)

  /// Negates what is expected of a completion; there must still be one.
  friend CompletionMatcher Not(const CompletionMatcher& matcher) {
    return CompletionMatcher(::testing::Not(matcher.inner_));
  }

 private:
  ::testing::Matcher<const scsi::Completion&> inner_;
};

/// No layer reports an error: the ioctl succeeded, host byte DID_OK, status GOOD.
CompletionMatcher Succeeded();

/// The device returned CHECK CONDITION with this sense, and DID_OK.
CompletionMatcher EndsWithSense(scsi::SenseKey key, std::uint8_t asc, std::uint8_t ascq);

/// The device returned this status, and DID_OK.
CompletionMatcher EndsWithStatus(scsi::ScsiStatus status);

/// The ioctl succeeded, and the host byte is this.
CompletionMatcher EndsWithHostByte(scsi::HostByte host_byte);

/// The same result in every byte of status, sense and data; sender and times may differ.
CompletionMatcher EndsAs(const scsi::Completion& other);

}  // namespace dualpath
