#include "helpers/matchers/guest_matchers.h"

#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using guest::DomainEvent;
using guest::DomainState;
using Events = std::vector<DomainEvent>;
using ::testing::DescribeMatcher;

DomainEvent IoError(OnError action, const std::string& reason = "") {
  DomainEvent event;
  event.kind = DomainEvent::Kind::kIoError;
  event.disk = "scsi0-0-0-0";
  event.action = static_cast<int>(action);
  event.reason = reason;
  return event;
}

DomainEvent Suspended() {
  DomainEvent event;
  event.type = VIR_DOMAIN_EVENT_SUSPENDED;
  event.detail = VIR_DOMAIN_EVENT_SUSPENDED_IOERROR;
  return event;
}

TEST(ReportsIoErrors, ComparesEveryIoError) {
  const auto paused = ReportsIoErrors(OnError::kPause);
  EXPECT_EQ(WhyNot(paused, Events{Suspended(), IoError(OnError::kPause)}), "it matches");
  EXPECT_EQ(WhyNot(paused, Events{Suspended()}), "which has no I/O error");
  EXPECT_EQ(WhyNot(paused, Events{IoError(OnError::kPause), IoError(OnError::kReport)}),
            "which has I/O error on scsi0-0-0-0: reported to the guest");
  EXPECT_EQ(DescribeMatcher<const Events&>(paused),
            "I/O errors, all of them \"I/O error on the disk: the guest is paused\"");
}

TEST(ReportsIoErrors, ComparesTheReason) {
  const Events full{IoError(OnError::kPause, "enospc")};
  const auto for_no_space = ReportsIoErrors(OnError::kPause, IoErrorReason::kNoSpace);
  EXPECT_EQ(WhyNot(for_no_space, full), "it matches");
  EXPECT_EQ(WhyNot(ReportsIoErrors(OnError::kPause), full),
            "which has I/O error on scsi0-0-0-0 (enospc): the guest is paused");
  EXPECT_EQ(DescribeMatcher<const Events&>(for_no_space),
            "I/O errors, all of them \"I/O error on the disk (enospc): the guest is paused\"");

  const Events with_text{IoError(OnError::kPause, "message")};
  EXPECT_EQ(WhyNot(ReportsIoErrors(OnError::kPause), with_text), "it matches");
  EXPECT_EQ(WhyNot(for_no_space, with_text),
            "which has I/O error on scsi0-0-0-0 (message): the guest is paused");
}

TEST(ReportsNoIoError, IgnoresOtherEvents) {
  EXPECT_EQ(WhyNot(ReportsNoIoError(), Events{Suspended()}), "it matches");
  EXPECT_EQ(WhyNot(ReportsNoIoError(), Events{IoError(OnError::kIgnore)}),
            "which has I/O error on scsi0-0-0-0: ignored");
}

TEST(DomainStateMatchers, CompareTheReasonOfAPause) {
  const DomainState by_user{VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER};
  const DomainState by_error{VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR};
  const DomainState resumed{VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED};
  EXPECT_EQ(WhyNot(IsPausedByIoError(), by_error), "it matches");
  EXPECT_EQ(WhyNot(IsPausedByIoError(), by_user), "") << "the printed state is the explanation";
  EXPECT_EQ(WhyNot(IsPausedByIoError(), resumed), "");
  EXPECT_EQ(WhyNot(IsRunning(), resumed), "it matches");
  EXPECT_EQ(WhyNot(IsRunning(), by_error), "");
  EXPECT_EQ(DescribeMatcher<const DomainState&>(IsPausedByIoError()), "is paused (I/O error)");
}

}  // namespace
}  // namespace dualpath
