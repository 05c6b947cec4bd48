#pragma once

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "helpers/base/result.h"
#include "helpers/scsi/completion.h"

namespace dualpath {

/// A matcher of a SCSI command's completion that also takes the Result of sending it; an `Error`
/// matches nothing:
///   EXPECT_THAT(guest().Execute(scsi::Read10(0, 8)), Succeeded());
/// fails as
///   Expected: succeeds
///     Actual: READ(10) of 8 blocks at 0: RESERVATION CONFLICT, DID_OK; residual 4096 after 0.004 s
class CompletionMatcher {
 public:
  explicit CompletionMatcher(::testing::Matcher<const scsi::Completion&> inner)
      : inner_(std::move(inner)) {}

  operator ::testing::Matcher<const scsi::Completion&>() const {  // NOLINT(*-explicit-*)
    return inner_;
  }
  operator ::testing::Matcher<const Result<scsi::Completion>&>() const;  // NOLINT(*-explicit-*)

 private:
  ::testing::Matcher<const scsi::Completion&> inner_;
};

/// No layer complains: the ioctl succeeded, host byte DID_OK, status GOOD.
CompletionMatcher Succeeded();

/// The device refused: CHECK CONDITION with this sense, and DID_OK.
CompletionMatcher EndsWithSense(scsi::SenseKey key, std::uint8_t asc, std::uint8_t ascq);

/// The device answered with this status, and DID_OK.
CompletionMatcher EndsWithStatus(scsi::ScsiStatus status);

/// The ioctl succeeded, and the command never came back from a device.
CompletionMatcher EndsWithHostByte(scsi::HostByte host_byte);

/// The same outcome, byte by byte, whenever and by whomever the command was sent.
CompletionMatcher EndsAs(const scsi::Completion& other);

}  // namespace dualpath
