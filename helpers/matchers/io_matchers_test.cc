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

/// A run as it comes back: one I/O after the other, a second apart, in the outcomes given.
class Story {
 public:
  Story& Then(milliseconds took, int error_number = 0) {
    IoResult outcome;
    outcome.sequence = report_.outcomes.size() + 1;
    outcome.block = outcome.sequence;
    outcome.error_number = error_number;
    outcome.start = Deadline::Clock::time_point(next_);
    outcome.end = outcome.start + took;
    report_.outcomes.push_back(outcome);
    next_ += took + seconds(1);
    return *this;
  }
  Story& Good() { return Then(kQuick); }
  Story& Failing(int error_number) { return Then(kQuick, error_number); }
  Story& HeldThenGood() { return Then(kLong); }
  Story& HeldThenFailing(int error_number) { return Then(kLong, error_number); }

  operator IoReport() const { return report_; }  // NOLINT(google-explicit-constructor)

 private:
  IoReport report_;
  milliseconds next_{0};
};

std::string Complaint(const ::testing::Matcher<const IoReport&>& matcher, const IoReport& report) {
  return WhyNot(matcher, report);
}

std::string Description(const ::testing::Matcher<const IoReport&>& matcher) {
  return DescribeMatcher<const IoReport&>(matcher);
}

TEST(CompletedWithoutErrors, IsAboutErrorsOnly) {
  EXPECT_EQ(Complaint(CompletedWithoutErrors(), Story().Good().HeldThenGood().Good()),
            "it matches");
  EXPECT_EQ(Description(CompletedWithoutErrors()), "every I/O completed without error");
}

TEST(CompletedWithoutErrors, ShowsTheFirstError) {
  EXPECT_EQ(Complaint(CompletedWithoutErrors(), Story().Good().Failing(EIO).Failing(ENOSPC)),
            "with #2 block 2: Input/output error after 0.100 s, begun at 1.100 s");
}

TEST(CompletedWithoutErrors, NeedsIo) {
  EXPECT_EQ(Complaint(CompletedWithoutErrors(), IoReport()), "there was no I/O at all");
}

TEST(HasPhases, TellsFourOutcomesApart) {
  const IoReport run = Story()
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

TEST(HasPhases, ComesInOrder) {
  EXPECT_EQ(Complaint(HasPhases({Good(), Failing(EIO)}), Story().Failing(EIO).Good()),
            "where \"good\" should come, there is #1 block 1: Input/output error after 0.100 s, "
            "begun at 0.000 s");
}

TEST(HasPhases, MissesNone) {
  const auto matcher = HasPhases({Good(), HeldThenGood(), Good()});
  EXPECT_EQ(Complaint(matcher, Story().Good().Failing(EIO).Good()),
            "where \"held, then good\" should come, there is #2 block 2: Input/output error after "
            "0.100 s, begun at 1.100 s");
  EXPECT_EQ(Complaint(matcher, Story().Good().Good()),
            "where \"held, then good\" should come, there is nothing more");
  EXPECT_EQ(Complaint(matcher, Story().Good().HeldThenGood()),
            "where \"good\" should come, there is nothing more");
  EXPECT_EQ(Complaint(matcher, IoReport()), "there was no I/O at all");
}

TEST(HasPhases, HasNoOthers) {
  EXPECT_EQ(Complaint(HasPhases({Good(), HeldThenGood()}), Story().Good().HeldThenGood().Good()),
            "after all that, there is #3 block 3: good after 0.100 s, begun at 32.100 s");
}

TEST(HasPhases, DistinguishesErrorsAndWhetherTheyWereHeld) {
  EXPECT_THAT(Story().Failing(ENOSPC), Not(HasPhases({Failing(EIO)})));
  EXPECT_THAT(Story().HeldThenFailing(EIO), Not(HasPhases({Failing(EIO)})));
  EXPECT_THAT(Story().Failing(EIO), Not(HasPhases({HeldThenFailing(EIO)})));
  EXPECT_THAT(Story().HeldThenFailing(ENOSPC), Not(HasPhases({HeldThenFailing(EIO)})));
  EXPECT_THAT(Story().HeldThenFailing(EIO), Not(HasPhases({HeldThenGood()})));
  EXPECT_THAT(Story().HeldThenGood(), Not(HasPhases({Good()})));
}

TEST(HasPhases, TwoSecondsAreHeld) {
  EXPECT_THAT(Story().Then(guest::kHeld), HasPhases({HeldThenGood()}));
  EXPECT_THAT(Story().Then(guest::kHeld - milliseconds(1)), HasPhases({Good()}));
}

TEST(HasPhases, MayBeThereOrNot) {
  const auto matcher = HasPhases({Good(), Maybe(Failing(EIO)), HeldThenGood(), Good()});
  EXPECT_EQ(Complaint(matcher, Story().Good().HeldThenGood().Good()), "it matches");
  EXPECT_EQ(Complaint(matcher, Story().Good().Failing(EIO).Failing(EIO).HeldThenGood().Good()),
            "it matches");
  EXPECT_THAT(Complaint(matcher, Story().Good().Failing(ENOSPC).HeldThenGood().Good()),
              HasSubstr("where \"held, then good\" should come, there is #2"));
  EXPECT_EQ(Complaint(HasPhases({Good(), Maybe(Failing(EIO))}), Story().Good()), "it matches");
}

TEST(HasPhases, DescribesThem) {
  EXPECT_EQ(Description(HasPhases({Good(), Maybe(Failing(EIO)), HeldThenFailing(EIO)})),
            "the I/Os were good; failing with Input/output error (perhaps); held, then failing "
            "with Input/output error");
}

/// I/Os with times of their own, and clocks that agree to 10 ms.
class FailedExactlyBetweenTest : public ::testing::Test {
 protected:
  FailedExactlyBetweenTest() { report_.clock_error = milliseconds(10); }

  void Add(milliseconds start, milliseconds end, int error_number) {
    IoResult outcome;
    outcome.sequence = report_.outcomes.size() + 1;
    outcome.error_number = error_number;
    outcome.start = Deadline::Clock::time_point(start);
    outcome.end = Deadline::Clock::time_point(end);
    report_.outcomes.push_back(outcome);
  }

  std::string Complaint() const {
    return WhyNot(FailedExactlyBetween(seconds(10), seconds(20), EIO), report_);
  }

  IoReport report_;
};

TEST_F(FailedExactlyBetweenTest, FailuresInsideAndGoodOnesOutside) {
  Add(milliseconds(9000), milliseconds(9989), 0);
  Add(milliseconds(10011), milliseconds(10100), EIO);
  Add(milliseconds(19000), milliseconds(19989), EIO);
  Add(milliseconds(20011), milliseconds(20100), 0);
  EXPECT_EQ(Complaint(), "it matches");
}

TEST_F(FailedExactlyBetweenTest, NothingGoodInside) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(15000), milliseconds(15100), 0);
  EXPECT_EQ(Complaint(), "in that time there is #2 block 0: good after 0.100 s, begun at 15.000 s");
}

TEST_F(FailedExactlyBetweenTest, NoOtherErrorInside) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(15000), milliseconds(15100), ENOSPC);
  EXPECT_THAT(Complaint(), HasSubstr("in that time there is #2 block 0: No space left on device"));
}

TEST_F(FailedExactlyBetweenTest, FailuresInsideComeAtOnce) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(13000), milliseconds(18000), EIO);
  EXPECT_EQ(Complaint(),
            "in that time there is #2 block 0: Input/output error after 5.000 s, begun at 13.000 "
            "s");
}

TEST_F(FailedExactlyBetweenTest, NoErrorBefore) {
  Add(milliseconds(9000), milliseconds(9989), EIO);
  Add(milliseconds(12000), milliseconds(12100), EIO);
  EXPECT_EQ(Complaint(),
            "at another time there is #1 block 0: Input/output error after 0.989 s, begun at "
            "9.000 s");
}

TEST_F(FailedExactlyBetweenTest, NoErrorAfterwards) {
  Add(milliseconds(12000), milliseconds(12100), EIO);
  Add(milliseconds(20011), milliseconds(20100), EIO);
  EXPECT_THAT(Complaint(), HasSubstr("at another time there is #2"));
}

TEST_F(FailedExactlyBetweenTest, EitherWithinTheClocksAccuracyOfThePoints) {
  for (const int error_number : {0, EIO}) {
    report_.outcomes.clear();
    Add(milliseconds(9900), milliseconds(9991), error_number);    // may have ended after 10 s
    Add(milliseconds(9900), milliseconds(10500), error_number);   // straddles
    Add(milliseconds(10009), milliseconds(10100), error_number);  // may have begun before
    Add(milliseconds(12000), milliseconds(12100), EIO);
    Add(milliseconds(19900), milliseconds(19991), error_number);
    Add(milliseconds(19900), milliseconds(20100), error_number);
    Add(milliseconds(20009), milliseconds(20100), error_number);
    EXPECT_EQ(Complaint(), "it matches") << "error " << error_number;
  }
}

TEST_F(FailedExactlyBetweenTest, EitherWithinWhatThePointsGive) {
  Add(milliseconds(9900), milliseconds(9950), EIO);
  Add(milliseconds(10050), milliseconds(10080), 0);
  Add(milliseconds(12000), milliseconds(12100), EIO);
  EXPECT_THAT(Complaint(), HasSubstr("at another time there is #1"));
  EXPECT_THAT(report_, FailedExactlyBetween(seconds(10), seconds(20), EIO, milliseconds(50)));
  EXPECT_THAT(report_, Not(FailedExactlyBetween(seconds(10), seconds(20), EIO, milliseconds(30))));
}

TEST_F(FailedExactlyBetweenTest, AnIoMayBeHeldIntoThatTime) {
  Add(milliseconds(2000), milliseconds(10500), EIO);
  Add(milliseconds(15000), milliseconds(25000), 0);
  EXPECT_EQ(Complaint(), "it matches");
}

TEST_F(FailedExactlyBetweenTest, NoThirdOutcomeAtThePoints) {
  Add(milliseconds(9900), milliseconds(10500), ENOSPC);
  EXPECT_THAT(Complaint(), HasSubstr("there is #1 block 0: No space left on device"));
}

TEST_F(FailedExactlyBetweenTest, NeedsAFailure) {
  EXPECT_EQ(Complaint(), "there was no I/O at all");
  Add(milliseconds(9000), milliseconds(9100), 0);
  Add(milliseconds(21000), milliseconds(21100), 0);
  EXPECT_EQ(Complaint(), "no I/O failed");
}

TEST_F(FailedExactlyBetweenTest, DescribesTheTime) {
  EXPECT_EQ(Description(FailedExactlyBetween(microseconds(1500), seconds(2), ENODEV)),
            "I/O failed with No such device from 1500 us to 2000000 us, and at no other time");
}

class HoldsEveryWriteTest : public ::testing::Test {
 protected:
  HoldsEveryWriteTest() {
    report_ = Story().Good().Good();
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

TEST_F(HoldsEveryWriteTest, LooksAtTheFileWhenItIsAsked) {
  const auto matcher = HoldsEveryWriteAcknowledgedIn(report_);
  EXPECT_EQ(WhyNot(matcher, storage_), "it matches");
  EXPECT_TRUE(WriteFileAtomically(storage_.path, std::string(4096, '\0')).ok());
  EXPECT_THAT(WhyNot(matcher, storage_),
              AllOf(HasSubstr("block 1 of " + storage_.path), HasSubstr("sequence 1"),
                    HasSubstr("lost: expected sequence 1 of run 3 for block 1, holds zeros")));
}

TEST_F(HoldsEveryWriteTest, IsAskedOfThePathsDisk) {
  const scsi::Disk gone(scsi::Hctl{99, 0, 1, 0}, "/no/such/sysfs");
  EXPECT_EQ(WhyNot(HoldsEveryWriteAcknowledgedIn(report_), gone),
            "find disk: 99:0:1:0: No such device (errno 19)");
  EXPECT_EQ(::testing::PrintToString(gone), "the disk at 99:0:1:0");
}

TEST_F(HoldsEveryWriteTest, HasAMatcherForWhatWasRead) {
  EXPECT_THAT(Complaint(ReadsSawEveryAcknowledgedWrite(), report_), HasSubstr("no read"));
  IoResult read = report_.outcomes.back();
  read.kind = guest::IoKind::kRead;
  read.seen = {guest::BlockState::kWhole, {3, 2, 2}, 0, 0};
  report_.outcomes.push_back(read);
  EXPECT_THAT(report_, ReadsSawEveryAcknowledgedWrite());
  report_.outcomes.back().seen.identity.sequence = 1;
  EXPECT_THAT(Complaint(ReadsSawEveryAcknowledgedWrite(), report_),
              HasSubstr("stale: expected sequence 2 of run 3 for block 2, saw sequence 1"));
}

TEST_F(HoldsEveryWriteTest, NamesTheFileThatIsMissing) {
  EXPECT_EQ(WhyNot(HoldsEveryWriteAcknowledgedIn(report_), StorageFile{"/no/such/file"}),
            "open: /no/such/file: No such file or directory (errno 2)");
}

TEST_F(HoldsEveryWriteTest, ShowsTheFileInAFailure) {
  EXPECT_EQ(DescribeMatcher<const StorageFile&>(HoldsEveryWriteAcknowledgedIn(report_)),
            "holds every acknowledged write of the run");
  EXPECT_EQ(::testing::PrintToString(storage_), storage_.path);
}

}  // namespace
}  // namespace dualpath
