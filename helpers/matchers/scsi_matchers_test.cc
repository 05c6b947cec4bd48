#include "helpers/matchers/scsi_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using scsi::Completion;
using scsi::HostByte;
using scsi::ScsiStatus;
using scsi::SenseKey;
using ::testing::DescribeMatcher;
using ::testing::Not;
using ::testing::PrintToString;

Completion Good() {
  Completion completion;
  completion.command = "READ(10)";
  return completion;
}

Completion Failing(int error_number) {
  Completion completion = Good();
  completion.error_number = error_number;
  return completion;
}

Completion Lost(HostByte host_byte) {
  Completion completion = Good();
  completion.host_byte = host_byte;
  return completion;
}

Completion Refused(ScsiStatus status) {
  Completion completion = Good();
  completion.status = status;
  return completion;
}

Completion OutOfRange() {
  Completion completion = Refused(ScsiStatus::kCheckCondition);
  completion.driver_byte = 8;
  completion.SetSense({0x72, 0x05, 0x21, 0x00});
  return completion;
}

const Result<Completion>& AsResult(const Result<Completion>& result) { return result; }

TEST(Succeeded, RejectsAnErrorOfAnyLayer) {
  EXPECT_THAT(Good(), Succeeded());
  for (const Completion& bad :
       {Failing(EIO), Lost(HostByte::kError), Refused(ScsiStatus::kBusy), OutOfRange()}) {
    EXPECT_THAT(bad, Not(Succeeded()));
  }
}

TEST(EndsWithSense, ComparesAllThreeNumbers) {
  EXPECT_THAT(OutOfRange(), EndsWithSense(SenseKey::kIllegalRequest, 0x21, 0));
  EXPECT_THAT(OutOfRange(), Not(EndsWithSense(SenseKey::kAbortedCommand, 0x21, 0)));
  EXPECT_THAT(OutOfRange(), Not(EndsWithSense(SenseKey::kIllegalRequest, 0x20, 0)));
  EXPECT_THAT(OutOfRange(), Not(EndsWithSense(SenseKey::kIllegalRequest, 0x21, 1)));
  EXPECT_THAT(Good(), Not(EndsWithSense(SenseKey::kNoSense, 0, 0)));
}

TEST(EndsWithSense, NeedsCheckConditionFromTheDevice) {
  Completion not_checked = OutOfRange();
  not_checked.status = ScsiStatus::kGood;
  EXPECT_THAT(not_checked, Not(EndsWithSense(SenseKey::kIllegalRequest, 0x21, 0)));
  Completion lost = OutOfRange();
  lost.host_byte = HostByte::kTargetFailure;
  EXPECT_THAT(lost, Not(EndsWithSense(SenseKey::kIllegalRequest, 0x21, 0)));
  Completion deferred = OutOfRange();
  deferred.SetSense({0x73, 0x05, 0x21, 0x00});
  EXPECT_THAT(deferred, Not(EndsWithSense(SenseKey::kIllegalRequest, 0x21, 0)));
}

TEST(EndsWithStatus, ComparesTheStatusOfTheDevice) {
  EXPECT_THAT(Refused(ScsiStatus::kReservationConflict),
              EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(Good(), Not(EndsWithStatus(ScsiStatus::kReservationConflict)));
  EXPECT_THAT(Lost(HostByte::kError), Not(EndsWithStatus(ScsiStatus::kGood)));
  EXPECT_THAT(Failing(EIO), Not(EndsWithStatus(ScsiStatus::kGood)));
}

TEST(EndsWithHostByte, ComparesTheHostByte) {
  EXPECT_THAT(Lost(HostByte::kTransportDisrupted), EndsWithHostByte(HostByte::kTransportDisrupted));
  EXPECT_THAT(Lost(HostByte::kError), Not(EndsWithHostByte(HostByte::kTransportDisrupted)));
  EXPECT_THAT(Failing(EIO), Not(EndsWithHostByte(HostByte::kOk)));
}

TEST(EndsAs, ComparesResultAndData) {
  Completion one = Good();
  one.data = {1, 2, 3};
  Completion other = one;
  other.command = "another name";
  other.end = std::chrono::seconds(1);
  EXPECT_EQ(WhyNot(EndsAs(one), other), "it matches");
  other.data[1] = 9;
  EXPECT_EQ(WhyNot(EndsAs(one), other), "whose data differ first at byte 1: 0x09 instead of 0x02");
  other.data = {1, 2};
  EXPECT_EQ(WhyNot(EndsAs(one), other), "with 2 bytes of data instead of 3");
  EXPECT_EQ(WhyNot(EndsAs(one), Failing(EIO)), "") << "the printed value is the explanation";
  Completion more_sense = OutOfRange();
  more_sense.SetSense({0x72, 0x05, 0x21, 0x00, 0xff});
  EXPECT_EQ(WhyNot(EndsAs(OutOfRange()), more_sense),
            "whose sense bytes are 72 05 21 00 ff instead of 72 05 21 00");
}

TEST(CompletionMatchers, DescribeTheResult) {
  const auto describe = [](const CompletionMatcher& matcher) {
    return DescribeMatcher<const Completion&>(matcher);
  };
  EXPECT_EQ(describe(Succeeded()), "succeeds");
  EXPECT_EQ(DescribeMatcher<const Completion&>(Not(Succeeded())), "does not succeed");
  EXPECT_EQ(describe(EndsWithSense(SenseKey::kIllegalRequest, 0x21, 0)),
            "ends with CHECK CONDITION, ILLEGAL REQUEST, asc 0x21, ascq 0x00");
  EXPECT_EQ(describe(EndsWithStatus(ScsiStatus::kReservationConflict)),
            "ends with RESERVATION CONFLICT");
  EXPECT_EQ(describe(EndsWithHostByte(HostByte::kTransportDisrupted)),
            "ends with DID_TRANSPORT_DISRUPTED");
  EXPECT_EQ(DescribeMatcher<const Completion&>(Not(EndsWithHostByte(HostByte::kError))),
            "does not end with DID_ERROR");
  EXPECT_EQ(describe(EndsAs(Good())),
            "ends with the same result as READ(10): GOOD, DID_OK after 0.000 s");
}

TEST(CompletionMatchers, TakeTheResultOfSending) {
  EXPECT_THAT(AsResult(Good()), Succeeded());
  EXPECT_THAT(AsResult(OutOfRange()), Not(Succeeded()));
  EXPECT_EQ(PrintToString(AsResult(Good())), "READ(10): GOOD, DID_OK after 0.000 s");
  const Result<Completion> none = Error::Because("send READ(10)", "the agent", "no answer");
  EXPECT_EQ(WhyNot(Succeeded(), none), "the command was not sent");
  EXPECT_EQ(PrintToString(none), "an error: send READ(10): the agent: no answer");
}

}  // namespace
}  // namespace dualpath
