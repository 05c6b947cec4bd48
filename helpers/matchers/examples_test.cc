// The examples in the headers of this folder, compiled; most of them are also run, on fakes of what
// fixtures provide. check_examples compares the two: every example of a header must be here.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/matchers/conformance_matchers.h"
#include "helpers/matchers/eventually.h"
#include "helpers/matchers/fio_matchers.h"
#include "helpers/matchers/guest_matchers.h"
#include "helpers/matchers/io_matchers.h"
#include "helpers/matchers/layer_matchers.h"
#include "helpers/matchers/log_matchers.h"
#include "helpers/matchers/path_io_matchers.h"
#include "helpers/matchers/record_matchers.h"
#include "helpers/matchers/scsi_matchers.h"
#include "helpers/matchers/status_matchers.h"
#include "helpers/matchers/table_matchers.h"
#include "helpers/matchers/topology_matchers.h"
#include "helpers/multipath/topology_parser.h"
#include "helpers/scsi/command.h"

namespace dualpath {
namespace {

using observe::VirtioScsiResponse;
using scsi::HostByte;
using ::testing::HasSubstr;
using ::testing::Not;

class FakePath {
 public:
  explicit FakePath(PathId id) : id_(std::move(id)) {}

  operator PathId() const { return id_; }  // NOLINT(google-explicit-constructor)
  scsi::Disk disk() const { return scsi::Disk(*scsi::Hctl::Parse(id_.hctl), "/no/such/sysfs"); }
  Status Delete() { return Ok{}; }

 private:
  PathId id_;
};

class Rig {
 public:
  static Result<Rig> Adopt() { return Error::Because("adopt the rig", "/run/rig", "no rig is up"); }

  FakePath& path(std::size_t index) { return paths_.at(index); }
  std::string map() const { return "mpatha"; }

 private:
  std::vector<FakePath> paths_{FakePath({"3:0:1:0", {8, 0}, "sda"}),
                               FakePath({"4:0:1:0", {8, 16}, "sdb"})};
};

struct FakeIo {
  Status AwaitGoodCompletions(int /*count*/) { return Ok{}; }
};

struct FakeGuest {
  Result<FakeIo> StartVerifiedWrites() { return FakeIo(); }
  Result<scsi::Completion> Execute(const scsi::Command& /*command*/) { return scsi::Completion(); }
  Observable<std::vector<guest::DomainEvent>> events() const {
    return {"the events of the guest", [] {
              guest::DomainEvent event;
              event.kind = guest::DomainEvent::Kind::kIoError;
              event.action = VIR_DOMAIN_EVENT_IO_ERROR_PAUSE;
              return std::vector<guest::DomainEvent>{event};
            }};
  }
  Observable<guest::DomainState> state() const {
    return {"the state of the guest", [] {
              return guest::DomainState{VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR};
            }};
  }
};

/// The members of a fixture, after path 0 has been deleted.
class Examples : public ::testing::Test {
 protected:
  Rig& rig() { return rig_; }
  FakeGuest& guest() { return guest_; }
  static StorageFile storage() { return {"/no/such/storage.raw"}; }
  Observable<multipath::Map> topology() {
    return {"the topology", [] { return Topology(); }};
  }
  Observable<dm::MultipathTable> table() {
    return {"the table", [this] { return dm::ParseMultipathTable(table_); }};
  }
  Observable<Log> log() {
    return {"the log", [this] { return LogNow(); }};
  }
  Log LogNow() {
    return {{"multipathd", 1, "mpatha: reload [" + table_ + "]"},
            {"multipathd", 2, "mpatha: Disable queueing"}};
  }
  static std::vector<timeline::Record> Timeline() {
    timeline::Record fault;
    fault.kind = "fault";
    fault.path = "3:0:1:0";
    fault.text = "delete 3:0:1:0";
    timeline::Record first_io;
    first_io.kind = "first-io";
    first_io.path = "4:0:1:0";
    return {fault, first_io};
  }
  Observable<std::vector<PathIo>> path_io() {
    return {"the I/O of the paths", [this]() -> Result<std::vector<PathIo>> {
              return std::vector<PathIo>{{rig().path(0), 5}, {rig().path(1), io_ += 20}};
            }};
  }

  std::string table_ = "0 2097152 multipath 0 0 1 1 service-time 0 1 1 8:16 1";

 private:
  static multipath::Map Topology() {
    return multipath::ParseTopology(
               "mpatha (36001405d0a1bace00014d75a15a74680) dm-0 LIO-ORG,storage\n"
               "size=1.0G features='0' hwhandler='1 alua' wp=rw\n"
               "`-+- policy='service-time 0' prio=1 status=active\n"
               "  `- 4:0:1:0 sdb 8:16 active ready running\n")
        .maps.at(0);
  }

  Rig rig_;
  FakeGuest guest_;
  std::uint64_t io_ = 0;
};

TEST_F(Examples, Eventually) {
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
}

TEST_F(Examples, StaysSo) {
  const auto takes_a_minute = [&] {
    EXPECT_THAT(table(), StaysSo(Not(QueuesIfNoPath()), std::chrono::seconds(60)));
    EXPECT_THAT(table(), StaysSo(QueuesIfNoPath(), std::chrono::minutes(1)));
  };
  static_cast<void>(takes_a_minute);
}

TEST_F(Examples, TopologyMatchers) {
  const auto needs_two_groups = [&] {
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
    EXPECT_THAT(topology(), Eventually(HasPriorities({50, 10})));
  };
  static_cast<void>(needs_two_groups);
}

TEST_F(Examples, TableMatchers) {
  table_ = "0 8 multipath 0 0 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1";
  EXPECT_THAT(table(), Eventually(HasGroups({{rig().path(1)}, {rig().path(0)}})));
  table_ = "0 8 multipath 0 0 1 1 round-robin 0 1 1 8:0 1";
  EXPECT_THAT(table(), Eventually(HasSelector("round-robin")));
}

TEST_F(Examples, LogMatchers) {
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}})));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
  EXPECT_THAT(log(), EventuallyLogs(DisablesQueueing(rig().map())));
}

TEST_F(Examples, RecordMatchers) {
  EXPECT_THAT(Timeline(),
              ShowsInOrder({InjectsFault("delete", rig().path(0)), FirstIoOn(rig().path(1))}));
}

TEST_F(Examples, PathIoMatchers) {
  FakeIo io;
  ASSERT_OK_AND_ASSIGN(const auto before, path_io().Now());
  ASSERT_OK(io.AwaitGoodCompletions(20));
  ASSERT_OK_AND_ASSIGN(const auto now, path_io().Now());
  EXPECT_THAT(IoSince(before, now), CarriedBy(rig().path(1), 20));
}

TEST_F(Examples, PathIoMatchersOfSeveralPaths) {
  const std::vector<PathIo> before;
  const std::vector<PathIo> now = {{rig().path(0), 20}, {rig().path(1), 21}};
  EXPECT_THAT(IoSince(before, now), SpreadOver({rig().path(0), rig().path(1)}, 20));
}

TEST_F(Examples, IoMatchers) {
  guest::IoReport report;
  report.results.resize(1);
  EXPECT_THAT(report, CompletedWithoutErrors());
  report.results.resize(3);
  report.results[1].end += guest::kHeld;
  EXPECT_THAT(report, HasPhases({Good(), HeldThenGood(), Good()}));
  const auto needs_storage = [&] {
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    EXPECT_THAT(rig().path(1).disk(), HoldsEveryWriteAcknowledgedIn(report));
    EXPECT_THAT(storage(), LosesWritesAcknowledgedIn(report));
  };
  static_cast<void>(needs_storage);
}

TEST_F(Examples, FioMatchers) {
  guest::FioReport report;
  report.jobs.resize(1);
  report.jobs.front().write.ios = 1;
  EXPECT_THAT(report, FioSucceeded());
}

TEST_F(Examples, ConformanceMatchers) {
  const ConformanceVerdicts expected = {{"Verify10.Dpo", scsi::ConformanceVerdict::kFailed}};
  scsi::ConformanceReport report;
  report.tests = {{"Verify10.Dpo", scsi::ConformanceVerdict::kFailed}};
  EXPECT_THAT(report, HasVerdicts({{"Verify10.Dpo", scsi::ConformanceVerdict::kFailed}}));
  EXPECT_THAT(report, HasVerdicts(expected));
}

TEST_F(Examples, GuestMatchers) {
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kPause)));
  EXPECT_THAT(guest().state(), Eventually(IsPausedByIoError()));
}

TEST_F(Examples, ScsiMatchers) { EXPECT_THAT(guest().Execute(scsi::Read10(0, 8)), Succeeded()); }

TEST_F(Examples, LayerMatchers) {
  layers::ErrorTrace seen;
  EXPECT_THAT(seen, NoErrorTravels());
  const auto needs_an_error = [&] {
    EXPECT_THAT(seen, ErrorTravels()
                          .PathReturns(rig().path(0), HostByte::kTransportDisrupted)
                          .SgIoReturns(HostByte::kTransportDisrupted)
                          .VirtioScsiResponds(VirtioScsiResponse::kTransportFailure)
                          .QemuReportsToTheGuest()
                          .GuestTries(6)
                          .GuestKernelSees(HostByte::kTransportDisrupted)
                          .ApplicationGets(EIO)
                          .Until(KernelFails(rig().path(0))));
  };
  static_cast<void>(needs_an_error);
}

TEST_F(Examples, StatusMatchers) {
  EXPECT_OK(rig().path(0).Delete());
  EXPECT_THAT(Rig::Adopt(), FailsWith(HasSubstr("no rig is up")));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions(3));
}

TEST_F(Examples, TheReadmeOfCases) {
  const auto from = std::chrono::microseconds(1);
  const auto to = std::chrono::microseconds(2);
  const PathId deleted = rig().path(0);
  const scsi::Completion other;
  const layers::ErrorTrace seen;
  const guest::IoReport report;
  const auto compiled_only = [&] {
    EXPECT_THAT(
        topology(),
        Eventually(PathGroups({Active(rig().path(1)), Enabled(Faulty(rig().path(0), "offline"))})));
    EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
    EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
    EXPECT_THAT(report, FailedExactlyBetween(from, to, EIO));
    EXPECT_THAT(report, ReadsSawEveryAcknowledgedWrite());
    EXPECT_THAT(storage(), HoldsEveryWriteFlushedIn(report));
    EXPECT_THAT(storage(), LosesWritesAcknowledgedIn(report));
    EXPECT_THAT(guest().Execute(scsi::Read10(0, 8)), EndsAs(other));
    EXPECT_THAT(seen, ErrorTravels().SgIoFails(ENODEV).ApplicationGets(EIO));
  };
  static_cast<void>(compiled_only);
  ASSERT_OK(rig().path(0).Delete());
}

Status DeleteDiskOf(const FakePath& path) {
  const scsi::Disk disk = path.disk();
  DUALPATH_TRY(const std::string name, disk.BlockName());
  DUALPATH_TRY_STATUS(disk.Delete());
  return Ok{};
}

TEST_F(Examples, Result) {
  EXPECT_THAT(DeleteDiskOf(rig().path(0)), FailsWith(HasSubstr("find disk: 3:0:1:0")));
}

}  // namespace
}  // namespace dualpath
