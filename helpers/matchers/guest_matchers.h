#pragma once

#include <gmock/gmock.h>
#include <libvirt/libvirt.h>

#include <string>
#include <vector>

#include "helpers/guest/domain.h"
#include "helpers/guest/domain_event.h"

namespace dualpath {

/// What QEMU does about an I/O error, by the disk's policy.
enum class OnError {
  kIgnore = VIR_DOMAIN_EVENT_IO_ERROR_NONE,
  kPause = VIR_DOMAIN_EVENT_IO_ERROR_PAUSE,
  kReport = VIR_DOMAIN_EVENT_IO_ERROR_REPORT,
};

/// The reason, as far as libvirt has a word for it.
enum class IoErrorReason {
  kNoSpace,  ///< "enospc"
  kOther,    ///< "", or from libvirt 11 on "message": there is but QEMU's text
};

/// libvirt reported at least one I/O error, and of each that QEMU did this about it, for this
/// reason:
///   EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kPause)));
::testing::Matcher<const std::vector<guest::DomainEvent>&> ReportsIoErrors(
    OnError action, IoErrorReason reason = IoErrorReason::kOther);

/// QEMU met no error that its policies would be about.
::testing::Matcher<const std::vector<guest::DomainEvent>&> ReportsNoIoError();

::testing::Matcher<const guest::DomainState&> IsRunning();
::testing::Matcher<const guest::DomainState&> IsPausedByIoError();

}  // namespace dualpath
