#include "helpers/matchers/io_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/guest/wire/block_content.h"
#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using guest::IoReport;
using guest::IoResult;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::DescribeMatcher;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr milliseconds kQuick{100};
constexpr milliseconds kLong{30000};

/// A run of one I/O after the other, a second apart, with the given results.
class FakeRun {
 public:
  FakeRun& Then(milliseconds took, int error_number = 0) {
    IoResult result;
    result.sequence = report_.results.size() + 1;
    result.block = result.sequence;
    result.error_number = error_number;
    result.start = Deadline::Clock::time_point(next_);
    result.end = result.start + took;
    report_.results.push_back(result);
    next_ += took + seconds(1);
    return *this;
  }
  FakeRun& Good() { return Then(kQuick); }
  FakeRun& Failing(int error_number) { return Then(kQuick, error_number); }
  FakeRun& HeldThenGood() { return Then(kLong); }
  FakeRun& HeldThenFailing(int error_number) { return Then(kLong, error_number); }

  operator IoReport() const { return report_; }  // NOLINT(google-explicit-constructor)

 private:
  IoReport report_;
  milliseconds next_{0};
};

/// Returns the sentence of the explanation, without the list of I/Os after it.
std::string Why(const ::testing::Matcher<const IoReport&>& matcher, const IoReport& report) {
  const std::string why = WhyNot(matcher, report);
  return why.substr(0, why.find('\n'));
}

std::string Description(const ::testing::Matcher<const IoReport&>& matcher) {
  return DescribeMatcher<const IoReport&>(matcher);
}

TEST(CompletedWithoutErrors, IgnoresQueueing) {
  EXPECT_EQ(Why(CompletedWithoutErrors(), FakeRun().Good().HeldThenGood().Good()), "it matches");
  EXPECT_EQ(Description(CompletedWithoutErrors()), "every I/O completed without error");
}

TEST(CompletedWithoutErrors, ShowsTheFirstError) {
  EXPECT_EQ(
      Why(CompletedWithoutErrors(), FakeRun().Good().Failing(EIO).Failing(ENOSPC)),
      "the first that failed is #2 block 2: Input/output error after 0.100 s, begun at 1.100 s");
}

TEST(CompletedWithoutErrors, ShowsTheIoAfterTheSentence) {
  EXPECT_EQ(
      WhyNot(CompletedWithoutErrors(), IoReport(FakeRun().Good().Good().Failing(EIO))),
      "the first that failed is #3 block 3: Input/output error after 0.100 s, begun at 2.200 s"
      "\n  2 from #1 block 1: good after 0.100 s, begun at 0.000 s"
      "\n  1 from #3 block 3: Input/output error after 0.100 s, begun at 2.200 s");
}

TEST(CompletedWithoutErrors, NeedsIo) {
  EXPECT_EQ(Why(CompletedWithoutErrors(), IoReport()), "which has no I/O");
}

TEST(HasPhases, DistinguishesFourResults) {
  const IoReport run = FakeRun()
                           .Good()
                           .Good()
                           .HeldThenGood()
                           .HeldThenFailing(EIO)
                           .Failing(EIO)
                           .Failing(EIO)
                           .Failing(ENOSPC)
                           .Good();
  EXPECT_THAT(run, HasPhases({Good(), HeldThenGood(), HeldThenFailing(EIO), Failing(EIO),
                              Failing(ENOSPC), Good()}));
}

TEST(HasPhases, ComparesTheOrder) {
  EXPECT_EQ(Why(HasPhases({Good(), Failing(EIO)}), FakeRun().Failing(EIO).Good()),
            "expected \"good\", got #1 block 1: Input/output error after 0.100 s, "
            "begun at 0.000 s");
}

TEST(HasPhases, NeedsEveryPhase) {
  const auto matcher = HasPhases({Good(), HeldThenGood(), Good()});
  EXPECT_EQ(Why(matcher, FakeRun().Good().Failing(EIO).Good()),
            "expected \"queued, then good\", got #2 block 2: Input/output error after "
            "0.100 s, begun at 1.100 s");
  EXPECT_EQ(Why(matcher, FakeRun().Good().Good()),
            "expected \"queued, then good\", got no more I/O");
  EXPECT_EQ(Why(matcher, FakeRun().Good().HeldThenGood()), "expected \"good\", got no more I/O");
  EXPECT_EQ(Why(matcher, IoReport()), "which has no I/O");
}

TEST(HasPhases, AllowsNoMoreIo) {
  EXPECT_EQ(Why(HasPhases({Good(), HeldThenGood()}), FakeRun().Good().HeldThenGood().Good()),
            "expected no more I/O, got #3 block 3: good after 0.100 s, begun at 32.100 s");
}

TEST(HasPhases, DistinguishesErrorsAndQueueing) {
  EXPECT_THAT(FakeRun().Failing(ENOSPC), Not(HasPhases({Failing(EIO)})));
  EXPECT_THAT(FakeRun().HeldThenFailing(EIO), Not(HasPhases({Failing(EIO)})));
  EXPECT_THAT(FakeRun().Failing(EIO), Not(HasPhases({HeldThenFailing(EIO)})));
  EXPECT_THAT(FakeRun().HeldThenFailing(ENOSPC), Not(HasPhases({HeldThenFailing(EIO)})));
  EXPECT_THAT(FakeRun().HeldThenFailing(EIO), Not(HasPhases({HeldThenGood()})));
  EXPECT_THAT(FakeRun().HeldThenGood(), Not(HasPhases({Good()})));
}

TEST(HasPhases, CountsTwoSecondsAsQueued) {
  EXPECT_THAT(FakeRun().Then(guest::kHeld), HasPhases({HeldThenGood()}));
  EXPECT_THAT(FakeRun().Then(guest::kHeld - milliseconds(1)), HasPhases({Good()}));
}

TEST(HasPhases, AllowsOptionalPhases) {
  const auto matcher = HasPhases({Good(), Maybe(Failing(EIO)), HeldThenGood(), Good()});
  EXPECT_EQ(Why(matcher, FakeRun().Good().HeldThenGood().Good()), "it matches");
  EXPECT_EQ(Why(matcher, FakeRun().Good().Failing(EIO).Failing(EIO).HeldThenGood().Good()),
            "it matches");
  EXPECT_THAT(Why(matcher, FakeRun().Good().Failing(ENOSPC).HeldThenGood().Good()),
              HasSubstr("expected \"queued, then good\", got #2"));
  EXPECT_EQ(Why(HasPhases({Good(), Maybe(Failing(EIO))}), FakeRun().Good()), "it matches");
}

TEST(HasPhases, DescribesThePhases) {
  EXPECT_EQ(
      Description(HasPhases({Good(), Maybe(Failing(EIO)), HeldThenFailing(EIO)})),
      "I/O in these phases: good; failing with Input/output error (optional); queued, then failing "
      "with Input/output error");
}

/// I/Os with times of their own, and clocks that agree to 10 ms.
class FailedExactlyBetweenTest : public ::testing::Test {
 protected:
  FailedExactlyBetweenTest() { report_.clock_error = milliseconds(10); }

  void Add(milliseconds start, milliseconds end, int error_number) {
    IoResult result;
    result.sequence = report_.results.size() + 1;
    result.error_number = error_number;
    result.start = Deadline::Clock::time_point(start);
    result.end = Deadline::Clock::time_point(end);
    report_.results.push_back(result);
  }

  std::string Why() const {
    return dualpath::Why(FailedExactlyBetween(seconds(10), seconds(20), EIO), report_);
  }

  IoReport report_;
};

TEST_F(FailedExactlyBetweenTest, MatchesFailuresInsideAndGoodOnesOutside) {
  Add(milliseconds(9000), milliseconds(9989), 0);
  Add(milliseconds(10011), milliseconds(10100), EIO);
  Add(milliseconds(19000), milliseconds(19989), EIO);
  Add(milliseconds(20011), milliseconds(20100), 0);
  EXPECT_EQ(Why(), "it matches");
}

TEST_F(FailedExactlyBetweenTest, RejectsAGoodOneInside) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(15000), milliseconds(15100), 0);
  EXPECT_EQ(Why(), "inside that time: #2 block 0: good after 0.100 s, begun at 15.000 s");
}

TEST_F(FailedExactlyBetweenTest, RejectsAnotherErrorInside) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(15000), milliseconds(15100), ENOSPC);
  EXPECT_THAT(Why(), HasSubstr("inside that time: #2 block 0: No space left on device"));
}

TEST_F(FailedExactlyBetweenTest, RejectsAQueuedFailureInside) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(13000), milliseconds(18000), EIO);
  EXPECT_EQ(Why(),
            "inside that time: #2 block 0: Input/output error after 5.000 s, begun at 13.000 "
            "s");
}

TEST_F(FailedExactlyBetweenTest, RejectsAnErrorBefore) {
  Add(milliseconds(9000), milliseconds(9989), EIO);
  Add(milliseconds(12000), milliseconds(12100), EIO);
  EXPECT_EQ(Why(),
            "outside that time: #1 block 0: Input/output error after 0.989 s, begun at "
            "9.000 s");
}

TEST_F(FailedExactlyBetweenTest, RejectsAnErrorAfterwards) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(20011), milliseconds(20100), EIO);
  EXPECT_THAT(Why(), HasSubstr("outside that time: #2"));
}

TEST_F(FailedExactlyBetweenTest, AllowsEitherWithinTheAccuracyOfTheClocks) {
  for (const int error_number : {0, EIO}) {
    report_.results.clear();
    Add(milliseconds(9900), milliseconds(9991), error_number);    // may have ended after 10 s
    Add(milliseconds(9900), milliseconds(10500), error_number);   // straddles
    Add(milliseconds(10009), milliseconds(10100), error_number);  // may have begun before
    Add(milliseconds(12000), milliseconds(12100), EIO);
    Add(milliseconds(19900), milliseconds(19991), error_number);
    Add(milliseconds(19900), milliseconds(20100), error_number);
    Add(milliseconds(20009), milliseconds(20100), error_number);
    EXPECT_EQ(Why(), "it matches") << "error " << error_number;
  }
}

TEST_F(FailedExactlyBetweenTest, AllowsEitherWithinTheGivenTolerance) {
  Add(milliseconds(9900), milliseconds(9950), EIO);
  Add(milliseconds(10050), milliseconds(10080), 0);
  Add(milliseconds(12000), milliseconds(12100), EIO);
  EXPECT_THAT(Why(), HasSubstr("outside that time: #1"));
  EXPECT_THAT(report_, FailedExactlyBetween(seconds(10), seconds(20), EIO, milliseconds(50)));
  EXPECT_THAT(report_, Not(FailedExactlyBetween(seconds(10), seconds(20), EIO, milliseconds(30))));
}

TEST_F(FailedExactlyBetweenTest, AllowsIoQueuedAcrossAPoint) {
  Add(milliseconds(2000), milliseconds(10500), EIO);
  Add(milliseconds(15000), milliseconds(25000), 0);
  EXPECT_EQ(Why(), "it matches");
}

TEST_F(FailedExactlyBetweenTest, RejectsAThirdResultAtAPoint) {
  Add(milliseconds(9900), milliseconds(10500), ENOSPC);
  EXPECT_THAT(Why(), HasSubstr("at the edge of that time: #1 block 0: No space left on device"));
}

TEST_F(FailedExactlyBetweenTest, NeedsAFailure) {
  EXPECT_EQ(Why(), "which has no I/O");
  Add(milliseconds(9000), milliseconds(9100), 0);
  Add(milliseconds(21000), milliseconds(21100), 0);
  EXPECT_EQ(Why(), "no I/O failed");
}

TEST_F(FailedExactlyBetweenTest, DescribesTheTime) {
  EXPECT_EQ(Description(FailedExactlyBetween(microseconds(1500), seconds(2), ENODEV)),
            "I/O fails with No such device from 1500 us to 2000000 us, and at no other time");
}

class HoldsEveryWriteTest : public ::testing::Test {
 protected:
  HoldsEveryWriteTest() {
    report_ = FakeRun().Good().Good();
    report_.options.run_id = 3;
    report_.options.block_bytes = guest::kSectorBytes;
    std::string content(guest::kSectorBytes, '\0');
    for (std::uint64_t n = 1; n <= 2; ++n) {
      std::vector<std::uint64_t> words(guest::kSectorBytes / sizeof(std::uint64_t));
      guest::FillBlock(words.data(), guest::kSectorBytes, {3, n, n});
      content.append(reinterpret_cast<const char*>(words.data()), guest::kSectorBytes);
    }
    EXPECT_TRUE(WriteFileAtomically(storage_.path, content).ok());
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  StorageFile storage_{directory_.path() + "/storage.raw"};
  IoReport report_;
};

TEST_F(HoldsEveryWriteTest, ReadsTheFileAtEveryMatch) {
  const auto matcher = HoldsEveryWriteAcknowledgedIn(report_);
  EXPECT_EQ(WhyNot(matcher, storage_), "it matches");
  EXPECT_TRUE(WriteFileAtomically(storage_.path, std::string(4096, '\0')).ok());
  EXPECT_THAT(WhyNot(matcher, storage_),
              AllOf(HasSubstr("block 1 of " + storage_.path), HasSubstr("sequence 1"),
                    HasSubstr("lost: expected sequence 1 of run 3 for block 1, holds zeros")));
}

TEST_F(HoldsEveryWriteTest, ReadsThePathsDisk) {
  const scsi::Disk gone(scsi::Hctl{99, 0, 1, 0}, "/no/such/sysfs");
  EXPECT_EQ(WhyNot(HoldsEveryWriteAcknowledgedIn(report_), gone),
            "find disk: 99:0:1:0: No such device (errno 19)");
  EXPECT_EQ(::testing::PrintToString(gone), "the disk at 99:0:1:0");
}

TEST_F(HoldsEveryWriteTest, HasAMatcherForReads) {
  EXPECT_THAT(Why(ReadsSawEveryAcknowledgedWrite(), report_), HasSubstr("no read"));
  IoResult read = report_.results.back();
  read.kind = guest::IoKind::kRead;
  read.seen = {guest::BlockState::kWhole, {3, 2, 2}, 0, 0};
  report_.results.push_back(read);
  EXPECT_THAT(report_, ReadsSawEveryAcknowledgedWrite());
  report_.results.back().seen.identity.sequence = 1;
  EXPECT_THAT(Why(ReadsSawEveryAcknowledgedWrite(), report_),
              HasSubstr("stale: expected sequence 2 of run 3 for block 2, saw sequence 1"));
}

TEST_F(HoldsEveryWriteTest, LossIsSeenOnlyInStorageThatCanBeRead) {
  const auto loses = LosesWritesAcknowledgedIn(report_);
  EXPECT_EQ(WhyNot(loses, storage_), "which holds all of them");
  EXPECT_TRUE(WriteFileAtomically(storage_.path, std::string(4096, '\0')).ok());
  EXPECT_THAT(storage_, loses);
  EXPECT_EQ(WhyNot(loses, StorageFile{"/no/such/file"}),
            "which could not be checked: open: /no/such/file: No such file or directory (errno 2)");
  EXPECT_THAT(WhyNot(LosesWritesAcknowledgedIn({}), storage_),
              AllOf(HasSubstr("could not be checked"), HasSubstr("the run has none")));
}

TEST_F(HoldsEveryWriteTest, NamesAMissingFile) {
  EXPECT_EQ(WhyNot(HoldsEveryWriteAcknowledgedIn(report_), StorageFile{"/no/such/file"}),
            "open: /no/such/file: No such file or directory (errno 2)");
}

TEST_F(HoldsEveryWriteTest, PrintsTheFileName) {
  EXPECT_EQ(DescribeMatcher<const StorageFile&>(HoldsEveryWriteAcknowledgedIn(report_)),
            "holds every acknowledged write of the run");
  EXPECT_EQ(::testing::PrintToString(storage_), storage_.path);
}

}  // namespace
}  // namespace dualpath
