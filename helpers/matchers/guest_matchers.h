#pragma once

#include <gmock/gmock.h>
#include <libvirt/libvirt.h>

#include <string>
#include <vector>

#include "helpers/guest/domain.h"
#include "helpers/guest/domain_event.h"

namespace dualpath {

/// QEMU's action on an I/O error, by the disk's policy (libvirt's error_policy).
enum class OnError {
  kIgnore = VIR_DOMAIN_EVENT_IO_ERROR_NONE,
  kPause = VIR_DOMAIN_EVENT_IO_ERROR_PAUSE,
  kReport = VIR_DOMAIN_EVENT_IO_ERROR_REPORT,
};

/// libvirt's reason of an I/O error.
enum class IoErrorReason {
  kNoSpace,  ///< "enospc"
  kOther,    ///< "", or since libvirt 11 "message": only QEMU's text is available
};

/// libvirt reported at least one I/O error, and all of them with this action and this reason:
///   EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kPause)));
/// fails as
///   Expected: within 30 s, I/O errors, all of them "I/O error on the disk: the guest is paused"
///     Actual: the events of the guest, which has I/O error on scsi0-0-0-0: reported to the
///     guest;...
::testing::Matcher<const std::vector<guest::DomainEvent>&> ReportsIoErrors(
    OnError action, IoErrorReason reason = IoErrorReason::kOther);

/// libvirt reported no I/O error.
::testing::Matcher<const std::vector<guest::DomainEvent>&> ReportsNoIoError();

/// The domain is running, for any reason; the domain is paused because of an I/O error:
///   EXPECT_THAT(guest().state(), Eventually(IsPausedByIoError()));
::testing::Matcher<const guest::DomainState&> IsRunning();
::testing::Matcher<const guest::DomainState&> IsPausedByIoError();

}  // namespace dualpath
