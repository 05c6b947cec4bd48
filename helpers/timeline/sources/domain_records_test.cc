#include "helpers/timeline/sources/domain_records.h"

#include <gtest/gtest.h>

namespace dualpath::timeline {
namespace {

using guest::DomainEvent;

TEST(DomainRecords, AreOneForEachEvent) {
  DomainEvent error;
  error.kind = DomainEvent::Kind::kIoError;
  error.domain = "dualpath";
  error.at = Deadline::Clock::time_point(std::chrono::milliseconds(61250));
  error.disk = "scsi0-0-0-0";
  error.action = VIR_DOMAIN_EVENT_IO_ERROR_PAUSE;
  DomainEvent suspended = error;
  suspended.kind = DomainEvent::Kind::kLifecycle;
  suspended.type = VIR_DOMAIN_EVENT_SUSPENDED;
  suspended.detail = VIR_DOMAIN_EVENT_SUSPENDED_IOERROR;
  DomainEvent resumed = suspended;
  resumed.type = VIR_DOMAIN_EVENT_RESUMED;
  resumed.detail = 0;

  const auto records = FromDomainEvents({error, suspended, resumed});
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].ToJsonLine(),
            R"({"time_us":61250000,"lane":"qemu","kind":"libvirt","severity":"error",)"
            R"("text":"dualpath: I/O error on scsi0-0-0-0: the guest is paused"})");
  EXPECT_EQ(records[1].text, "dualpath: suspended (I/O error)");
  EXPECT_EQ(records[1].severity, Severity::kWarning);
  EXPECT_EQ(records[2].text, "dualpath: resumed");
  EXPECT_EQ(records[2].severity, Severity::kInfo);
}

}  // namespace
}  // namespace dualpath::timeline
