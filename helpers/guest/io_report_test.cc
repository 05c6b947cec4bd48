#include "helpers/guest/io_report.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>

#include "helpers/base/temporary_directory.h"
#include "helpers/base/unique_fd.h"
#include "images/guest/block_content.h"

namespace dualpath::guest {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kRun = 3;
constexpr std::uint64_t kBlocks = 4;
constexpr std::size_t kBytes = 4096;

/// A run that went twice round its four blocks without error, so that block N holds sequence N + 5,
/// and the file that it wrote to. Each test adds what happened after that.
class AcknowledgedWrites : public ::testing::Test {
 protected:
  AcknowledgedWrites() {
    report_.options.run_id = kRun;
    report_.options.block_bytes = kBytes;
    for (std::uint64_t sequence = 1; sequence <= 2 * kBlocks; ++sequence) {
      const std::uint64_t block = (sequence - 1) % kBlocks;
      Reported(sequence, block, 0);
      Put(block, {kRun, block, sequence});
    }
  }

  void Reported(std::uint64_t sequence, std::uint64_t block, int error_number) {
    IoOutcome outcome;
    outcome.sequence = sequence;
    outcome.block = block;
    outcome.error_number = error_number;
    report_.outcomes.push_back(outcome);
  }

  /// The file has `identity`'s write, whosever it is, in the place of `block`.
  void Put(std::uint64_t block, const BlockIdentity& identity) {
    PutBytes(block * kBytes, Content(identity));
  }

  void PutBytes(std::uint64_t offset, const std::string& bytes) {
    const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_CREAT, 0644));
    ASSERT_EQ(::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
  }

  static std::string Content(const BlockIdentity& identity) {
    std::vector<std::uint64_t> words(kBytes / sizeof(std::uint64_t));
    FillBlock(words.data(), kBytes, identity);
    return {reinterpret_cast<const char*>(words.data()), kBytes};
  }

  std::string WhyNot() const {
    const Status status = HoldsAcknowledgedWrites(file_, report_);
    return status.ok() ? "nothing wrong" : status.error().ToString();
  }

  /// What every complaint about a block begins with.
  std::string About(std::uint64_t block, std::uint64_t sequence) const {
    return "block " + std::to_string(block) + " of " + file_ + ", acknowledged as sequence " +
           std::to_string(sequence) + ": ";
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string file_ = directory_.path() + "/storage.raw";
  IoReport report_;
};

TEST_F(AcknowledgedWrites, AreAllThere) { EXPECT_EQ(WhyNot(), "nothing wrong"); }

TEST_F(AcknowledgedWrites, OneThatWasDroppedLeavesTheOlderWrite) {
  Put(2, {kRun, 2, 3});
  EXPECT_EQ(WhyNot(), "check block: " + About(2, 7) +
                          "stale: expected sequence 7 of run 3 for block 2, holds sequence 3 of "
                          "run 3 for block 2");
}

TEST_F(AcknowledgedWrites, OneThatWasDroppedLeavesZeros) {
  PutBytes(2 * kBytes, std::string(kBytes, '\0'));
  EXPECT_EQ(WhyNot(), "check block: " + About(2, 7) + "all zeros: it was never written");
}

TEST_F(AcknowledgedWrites, TwoSwappedBlocksAreForeign) {
  Put(1, {kRun, 2, 7});
  Put(2, {kRun, 1, 6});
  EXPECT_EQ(WhyNot(), "check block: " + About(1, 6) +
                          "foreign: expected sequence 6 of run 3 for block 1, holds sequence 7 of "
                          "run 3 for block 2");
}

TEST_F(AcknowledgedWrites, TheSameSequenceOfAnEarlierRunIsForeign) {
  Put(0, {kRun - 1, 0, 5});
  EXPECT_EQ(WhyNot(), "check block: " + About(0, 5) +
                          "foreign: expected sequence 5 of run 3 for block 0, holds sequence 5 of "
                          "run 2 for block 0");
}

TEST_F(AcknowledgedWrites, ATornBlockNamesBothWrites) {
  PutBytes(3 * kBytes + 2048, Content({kRun, 3, 4}).substr(2048));
  EXPECT_EQ(WhyNot(), "check block: " + About(3, 8) +
                          "torn: begins with sequence 8 of run 3 for block 3, from byte 2048 on it "
                          "is sequence 4 of run 3 for block 3");
}

TEST_F(AcknowledgedWrites, OneWrongByteIsFound) {
  for (const std::uint64_t at : {std::uint64_t{36}, std::uint64_t{512}, std::uint64_t{4095}}) {
    std::string content = Content({kRun, 1, 6});
    content[at] = static_cast<char>(content[at] ^ 1);
    PutBytes(1 * kBytes, content);
    EXPECT_EQ(WhyNot(), "check block: " + About(1, 6) +
                            "damaged: claims sequence 6 of run 3 for block 1, but differs from "
                            "what that wrote at byte " +
                            std::to_string(at));
  }
}

TEST_F(AcknowledgedWrites, SomebodyElsesBytesAreFound) {
  PutBytes(1 * kBytes, std::string(kBytes, 'x'));
  EXPECT_EQ(WhyNot(), "check block: " + About(1, 6) +
                          "it does not begin with DUALPATH: the agent did not write it");
}

TEST_F(AcknowledgedWrites, TheFileMayNotEndBeforeThem) {
  std::filesystem::resize_file(file_, 3 * kBytes + 512);
  EXPECT_EQ(WhyNot(), "read: " + About(3, 8) + "the file ends");
  std::filesystem::resize_file(file_, 1 * kBytes);
  EXPECT_EQ(WhyNot(), "read: " + About(1, 6) + "the file ends");
}

TEST_F(AcknowledgedWrites, TheFirstBadBlockIsNamed) {
  Put(3, {kRun, 3, 4});
  Put(1, {kRun, 1, 2});
  EXPECT_THAT(WhyNot(), HasSubstr(About(1, 6)));
}

TEST_F(AcknowledgedWrites, MayBeReplacedByALaterOneThatWasReportedFailed) {
  Reported(9, 0, EIO);
  Reported(10, 1, EIO);
  Reported(13, 0, EIO);
  EXPECT_EQ(WhyNot(), "nothing wrong") << "none has arrived";
  Put(0, {kRun, 0, 9});
  EXPECT_EQ(WhyNot(), "nothing wrong");
  Put(0, {kRun, 0, 13});
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

TEST_F(AcknowledgedWrites, AreNotReplacedByAFailedOneBeforeThem) {
  Reported(9, 0, EIO);
  Reported(13, 0, 0);
  Put(0, {kRun, 0, 9});
  EXPECT_EQ(WhyNot(), "check block: " + About(0, 13) +
                          "stale: expected sequence 13 of run 3 for block 0, holds sequence 9 of "
                          "run 3 for block 0");
  Reported(17, 0, EIO);
  EXPECT_THAT(WhyNot(), HasSubstr("holds sequence 9")) << "only the one after it may have arrived";
}

TEST_F(AcknowledgedWrites, AFailedWriteOfAnotherBlockOrRunExplainsNothing) {
  Reported(9, 0, EIO);
  Put(1, {kRun, 1, 9});
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr(About(1, 6)), HasSubstr("newer than expected"),
                              HasSubstr("holds sequence 9 of run 3 for block 1")));
  Put(1, {kRun, 1, 6});
  Put(0, {kRun, 1, 9});
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr(About(0, 5)), HasSubstr("foreign")));
  Put(0, {kRun + 1, 0, 9});
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr(About(0, 5)), HasSubstr("foreign")));
}

TEST_F(AcknowledgedWrites, AFailedOneThatArrivedByHalvesIsTorn) {
  Reported(9, 0, EIO);
  PutBytes(0, Content({kRun, 0, 9}).substr(0, 1024));
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr(About(0, 5)),
                              HasSubstr("torn: begins with sequence 9 of run 3 for block 0, from "
                                        "byte 1024 on it is sequence 5 of run 3 for block 0")));
}

TEST_F(AcknowledgedWrites, WhatWasNeverAcknowledgedMayBeAnything) {
  Reported(9, 7, EIO);  // beyond the end of the file
  Reported(10, 5, EIO);
  PutBytes(5 * kBytes, std::string(kBytes, 'x'));
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

TEST_F(AcknowledgedWrites, OrderIsThatOfCompletion) {
  // A held write that was acknowledged after a later one had been: the file has the last to come.
  Reported(21, 0, 0);
  Reported(17, 0, 0);
  Put(0, {kRun, 0, 17});
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

TEST_F(AcknowledgedWrites, BlocksAreAsLargeAsTheRunWroteThem) {
  report_.options.block_bytes = kSectorBytes;
  EXPECT_THAT(WhyNot(), HasSubstr("with 4096 bytes, looked at are 512"));
}

TEST_F(AcknowledgedWrites, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(HoldsAcknowledgedWrites("/no/such/storage.raw", report_).error().ToString(),
            "open: /no/such/storage.raw: No such file or directory (errno 2)");
}

TEST_F(AcknowledgedWrites, ARunWithoutAnyProvesNothing) {
  report_.outcomes.clear();
  EXPECT_EQ(WhyNot(),
            "look for acknowledged writes in: " + file_ + ": the run has none to look for");
  Reported(1, 0, EIO);
  EXPECT_THAT(WhyNot(), HasSubstr("the run has none to look for"));
}

TEST(IoOutcome, IsTheRecordOnOurClock) {
  IoRecord record{};
  record.sequence = 12;
  record.block = 11;
  record.error_number = EIO;
  record.start_ns = 5'000'000'000;
  record.end_ns = 7'500'000'000;
  ClockOffset guest_ahead;
  guest_ahead.guest_minus_ours = std::chrono::seconds(2);
  const IoOutcome outcome = ToOutcome(record, guest_ahead);
  EXPECT_EQ(outcome.sequence, 12U);
  EXPECT_EQ(outcome.block, 11U);
  EXPECT_EQ(outcome.error_number, EIO);
  EXPECT_EQ(outcome.start.time_since_epoch(), milliseconds(3000));
  EXPECT_EQ(outcome.Took(), milliseconds(2500));

  ClockOffset guest_behind;
  guest_behind.guest_minus_ours = -std::chrono::hours(1);
  EXPECT_EQ(ToOutcome(record, guest_behind).end.time_since_epoch(),
            std::chrono::hours(1) + milliseconds(7500));
}

IoOutcome Io(std::uint64_t sequence, milliseconds begun, milliseconds took, int error_number = 0) {
  IoOutcome outcome;
  outcome.sequence = sequence;
  outcome.block = sequence - 1;
  outcome.error_number = error_number;
  outcome.start = Deadline::Clock::time_point(begun);
  outcome.end = outcome.start + took;
  return outcome;
}

TEST(IoOutcome, PrintsWhatBecameOfItAndWhen) {
  std::ostringstream text;
  text << Io(12, milliseconds(61250), milliseconds(84), EIO);
  EXPECT_EQ(text.str(), "#12 block 11: Input/output error after 0.084 s, begun at 61.250 s");
}

TEST(IoOutcome, LeavesTheStreamAsItWas) {
  std::ostringstream text;
  text << Io(1, milliseconds(0), milliseconds(1)) << " " << 0.5;
  EXPECT_THAT(text.str(), ::testing::EndsWith("s 0.5"));
}

TEST(IoReport, PrintsRunsOfTheSameOutcomeInOneLine) {
  IoReport report;
  report.outcomes = {
      Io(1, milliseconds(1000), milliseconds(80)),
      Io(2, milliseconds(1200), milliseconds(999)),
      Io(3, milliseconds(2400), milliseconds(1000)),  // worth a line of its own
      Io(4, milliseconds(3400), milliseconds(30000)),
      Io(5, milliseconds(33600), milliseconds(10), EIO),
      Io(6, milliseconds(33800), milliseconds(10), EIO),
      Io(7, milliseconds(34000), milliseconds(10), ENOSPC),
      Io(8, milliseconds(34200), milliseconds(10)),
  };
  EXPECT_EQ(::testing::PrintToString(report),
            "8 I/Os:"
            "\n  2 from #1 block 0: good after 0.080 s, begun at 1.000 s"
            "\n  1 from #3 block 2: good after 1.000 s, begun at 2.400 s"
            "\n  1 from #4 block 3: good after 30.000 s, begun at 3.400 s"
            "\n  2 from #5 block 4: Input/output error after 0.010 s, begun at 33.600 s"
            "\n  1 from #7 block 6: No space left on device after 0.010 s, begun at 34.000 s"
            "\n  1 from #8 block 7: good after 0.010 s, begun at 34.200 s");
  EXPECT_EQ(::testing::PrintToString(IoReport{}), "0 I/Os:");
}

}  // namespace
}  // namespace dualpath::guest
