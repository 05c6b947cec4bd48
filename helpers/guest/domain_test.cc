#include "helpers/guest/domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libvirt/virterror.h>

#include "helpers/base/eventually.h"

namespace dualpath::guest {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

#define ASSERT_OK(result) ASSERT_TRUE((result).ok()) << (result).error().ToString()

// libvirt's test driver: needs neither daemon nor root, domains are in this process.
constexpr char kTestDriver[] = "test:///default";

constexpr char kXml[] =
    "<domain type='test'><name>dualpath-test</name><memory unit='MiB'>8</memory><vcpu>1</vcpu>"
    "<os><type>hvm</type></os></domain>";

class DomainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto connection = Connection::Open(kTestDriver);
    ASSERT_OK(connection);
    connection_.emplace(std::move(connection).value());
  }

  std::optional<Connection> connection_;
};

/// Events arrive in libvirt's event thread, a little later.
std::vector<std::string> WordsOf(const Domain& domain, std::size_t count) {
  std::vector<std::string> words;
  PollUntil(Deadline::In(seconds(10)), [&] {
    words.clear();
    for (const DomainEvent& event : domain.Events()) words.push_back(event.ToString());
    return words.size() >= count;
  });
  return words;
}

TEST_F(DomainTest, LivesFromDefineToUndefine) {
  auto domain = Domain::DefineAndStart(*connection_, kXml);
  ASSERT_OK(domain);
  EXPECT_EQ(domain->name(), "dualpath-test");
  EXPECT_EQ(*domain->State(), VIR_DOMAIN_RUNNING);
  EXPECT_THAT(*domain->XmlDesc(), HasSubstr("<name>dualpath-test</name>"));

  auto adopted = Domain::Lookup(*connection_, "dualpath-test");
  ASSERT_OK(adopted);
  ASSERT_TRUE(adopted->has_value());
  EXPECT_EQ((*adopted)->name(), "dualpath-test");

  EXPECT_THAT((*adopted)->Events(), IsEmpty()) << "earlier events are not included";
  ASSERT_OK(domain->Destroy());
  EXPECT_EQ(ToString(*domain->State()), "shut off");
  EXPECT_TRUE(domain->Destroy().ok()) << "already off";
  ASSERT_OK(domain->Undefine());
  EXPECT_TRUE(domain->Undefine().ok()) << "already undefined";
  EXPECT_THAT(WordsOf(*domain, 4),
              ElementsAre("defined", "started", "stopped (destroyed)", "undefined"));
}

TEST_F(DomainTest, CatchesUpWithEvents) {
  auto domain = Domain::DefineAndStart(*connection_, kXml);
  ASSERT_OK(domain);
  const virDomainPtr raw = virDomainLookupByName(connection_->get(), "dualpath-test");
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(virDomainSuspend(raw), 0);
    ASSERT_OK(domain->CatchUpWithEvents(Deadline::In(seconds(10))));
    EXPECT_EQ(domain->Events().back().ToString(), "suspended (paused)");
    ASSERT_OK(domain->Resume());
    ASSERT_OK(domain->CatchUpWithEvents(Deadline::In(seconds(10))));
    EXPECT_EQ(domain->Events().back().ToString(), "resumed");
  }
  virDomainFree(raw);
  ASSERT_OK(domain->Destroy());
  EXPECT_FALSE(domain->CatchUpWithEvents(Deadline::In(seconds(10))).ok())
      << "a domain that is off cannot say what happened";
  ASSERT_OK(domain->Undefine());
}

TEST_F(DomainTest, ListsDomains) {
  auto domain = Domain::DefineAndStart(*connection_, kXml);
  ASSERT_OK(domain);
  const auto names = Domain::Names(*connection_);
  ASSERT_OK(names);
  EXPECT_THAT(*names, ::testing::Contains("dualpath-test"));
  ASSERT_OK(domain->Destroy());
  ASSERT_OK(domain->Undefine());
}

TEST_F(DomainTest, EventsAreTypedAndTimed) {
  const auto before = Deadline::Clock::now();
  auto domain = Domain::DefineAndStart(*connection_, kXml);
  ASSERT_OK(domain);
  const virDomainPtr raw = virDomainLookupByName(connection_->get(), "dualpath-test");
  ASSERT_EQ(virDomainSuspend(raw), 0);
  virDomainFree(raw);
  EXPECT_EQ(*domain->State(), VIR_DOMAIN_PAUSED);
  EXPECT_EQ(ToString(*domain->StateAndReason()), "paused (reason 1)") << "VIR_DOMAIN_PAUSED_USER";
  ASSERT_OK(domain->Resume());
  EXPECT_THAT(WordsOf(*domain, 4),
              ElementsAre("defined", "started", "suspended (paused)", "resumed"));
  const std::vector<DomainEvent> events = domain->Events();
  EXPECT_TRUE(events[2].Suspended(VIR_DOMAIN_EVENT_SUSPENDED_PAUSED));
  EXPECT_FALSE(events[2].Suspended(VIR_DOMAIN_EVENT_SUSPENDED_IOERROR));
  EXPECT_GE(events[0].at, before);
  EXPECT_LE(events[0].at, events[2].at);
  ASSERT_OK(domain->Destroy());
  ASSERT_OK(domain->Undefine());
}

TEST_F(DomainTest, TheErrorOfARefusedDeviceHasItsXml) {
  auto domain = Domain::DefineAndStart(*connection_, kXml);
  ASSERT_OK(domain);
  const Status attached = domain->AttachDevice("<disk/>");
  ASSERT_FALSE(attached.ok());
  EXPECT_THAT(attached.error().ToString(),
              HasSubstr("attach a device to domain: dualpath-test: <disk/>: "));
  const Status detached = domain->DetachDevice("scsi0-0-0-0", Deadline::In(seconds(1)));
  ASSERT_FALSE(detached.ok());
  EXPECT_THAT(detached.error().ToString(),
              HasSubstr("detach a device from domain: dualpath-test: scsi0-0-0-0: "));
  ASSERT_OK(domain->Destroy());
  ASSERT_OK(domain->Undefine());
}

TEST_F(DomainTest, AnUnknownDomainIsNotAnError) {
  const auto found = Domain::Lookup(*connection_, "no-such-domain");
  ASSERT_OK(found);
  EXPECT_FALSE(found->has_value());
}

TEST_F(DomainTest, TheErrorQuotesLibvirt) {
  const auto domain = Domain::DefineAndStart(*connection_, "<domain type='test'/>");
  ASSERT_FALSE(domain.ok());
  EXPECT_THAT(domain.error().ToString(), HasSubstr("define domain: test:///default: "));
  EXPECT_THAT(domain.error().ToString(), HasSubstr("(libvirt error "));
}

TEST(Connection, TheErrorNamesTheUri) {
  const auto connection = Connection::Open("test:///no/such/file");
  ASSERT_FALSE(connection.ok());
  EXPECT_THAT(connection.error().ToString(),
              HasSubstr("connect to libvirt: test:///no/such/file: "));
}

TEST(DomainState, DetectsAPauseByAnIoError) {
  const DomainState by_error{VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR};
  EXPECT_TRUE(by_error.PausedByIoError());
  EXPECT_EQ(ToString(by_error), "paused (I/O error)");
  // The reasons of another state have the same numbers.
  const DomainState running{VIR_DOMAIN_RUNNING, VIR_DOMAIN_PAUSED_IOERROR};
  EXPECT_FALSE(running.PausedByIoError());
  EXPECT_FALSE(running.HasEnded());
  EXPECT_TRUE((DomainState{VIR_DOMAIN_SHUTOFF, 0}.HasEnded()));
  EXPECT_EQ(ToString(running), "running");
}

TEST(DomainEvent, DescribesItself) {
  DomainEvent event;
  event.kind = DomainEvent::Kind::kIoError;
  event.disk = "scsi0-0-0-0";
  event.action = VIR_DOMAIN_EVENT_IO_ERROR_REPORT;
  EXPECT_EQ(event.ToString(), "I/O error on scsi0-0-0-0: reported to the guest");
  event.action = VIR_DOMAIN_EVENT_IO_ERROR_PAUSE;
  event.reason = "enospc";
  EXPECT_EQ(event.ToString(), "I/O error on scsi0-0-0-0 (enospc): the guest is paused");
  event.kind = DomainEvent::Kind::kLifecycle;
  event.type = VIR_DOMAIN_EVENT_SUSPENDED;
  event.detail = VIR_DOMAIN_EVENT_SUSPENDED_IOERROR;
  EXPECT_EQ(event.ToString(), "suspended (I/O error)");
  event.kind = DomainEvent::Kind::kDeviceRemoved;
  EXPECT_EQ(event.ToString(), "device scsi0-0-0-0 removed");
  EXPECT_TRUE(event.Removed("scsi0-0-0-0"));
  EXPECT_FALSE(event.Removed("virtio-disk0"));
  event.kind = DomainEvent::Kind::kLifecycle;
  EXPECT_FALSE(event.Removed("scsi0-0-0-0"));
  event.detail = 99;
  EXPECT_EQ(event.ToString(), "suspended (number 99)");
  event.type = VIR_DOMAIN_EVENT_STOPPED;
  event.detail = VIR_DOMAIN_EVENT_STOPPED_CRASHED;
  EXPECT_EQ(event.ToString(), "stopped (crashed)");
}

}  // namespace
}  // namespace dualpath::guest
