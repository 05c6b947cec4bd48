#include "helpers/guest/oracle.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "helpers/base/temporary_directory.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/wire/block_content.h"

namespace dualpath::guest {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kRun = 3;
constexpr std::uint64_t kBlocks = 4;
constexpr std::size_t kBytes = 4096;

/// A run that wrote its four blocks twice without error, so that block N holds sequence N + 5, and
/// the file that it wrote to. Each test adds what happened after that.
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
    IoResult result;
    result.sequence = sequence;
    result.block = block;
    result.error_number = error_number;
    report_.results.push_back(result);
  }

  /// A read that succeeded.
  void Saw(std::uint64_t sequence, std::uint64_t block, const BlockFinding& seen) {
    Reported(sequence, block, 0);
    report_.results.back().kind = IoKind::kRead;
    report_.results.back().seen = seen;
  }
  void Saw(std::uint64_t sequence, std::uint64_t block, const BlockIdentity& seen) {
    Saw(sequence, block, BlockFinding{BlockState::kWhole, seen, 0, 0});
  }

  /// Puts `identity`'s write, which may be of another block or run, in the place of `block`.
  void Put(std::uint64_t block, const BlockIdentity& identity) {
    PutBytes(block * kBytes, Content(identity));
  }

  void PutBytes(std::uint64_t offset, const std::string& bytes) {
    const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_CREAT, 0644));
    ASSERT_EQ(::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
  }

  static std::string Content(const BlockIdentity& identity) { return Filled(kBytes, identity); }

  static std::string Filled(std::size_t size, const BlockIdentity& identity) {
    std::vector<std::uint64_t> words(size / sizeof(std::uint64_t));
    FillBlock(words.data(), size, identity);
    return {reinterpret_cast<const char*>(words.data()), size};
  }

  /// Takes the file as it is for what it held before the run, which has this many blocks.
  void KnowWhatWasBefore(std::uint64_t blocks) {
    report_.options.block_count = blocks;
    std::filesystem::resize_file(file_, blocks * kBytes);
    auto image = StorageImage::Take(file_, report_.Range());
    ASSERT_TRUE(image.ok()) << image.error().ToString();
    report_.before = std::make_shared<StorageImage>(std::move(*image));
  }

  std::string WhyNot() const {
    const Status status = HoldsAcknowledgedWrites(file_, report_);
    return status.ok() ? "nothing wrong" : status.error().ToString();
  }

  /// Start of every error about a block.
  std::string About(std::uint64_t block, std::uint64_t sequence) const {
    return "block " + std::to_string(block) + " of " + file_ + ", acknowledged as sequence " +
           std::to_string(sequence) + ": ";
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string file_ = directory_.path() + "/storage.raw";
  IoReport report_;
};

TEST_F(AcknowledgedWrites, AreFound) { EXPECT_EQ(WhyNot(), "nothing wrong"); }

TEST_F(AcknowledgedWrites, ADroppedWriteLeavesTheOlderOne) {
  Put(2, {kRun, 2, 3});
  EXPECT_EQ(WhyNot(), "check block: " + About(2, 7) +
                          "stale: expected sequence 7 of run 3 for block 2, holds sequence 3 of "
                          "run 3 for block 2, checksum good; the first difference is at byte 24");
}

TEST_F(AcknowledgedWrites, ADroppedFirstWriteLeavesZeros) {
  PutBytes(2 * kBytes, std::string(kBytes, '\0'));
  EXPECT_EQ(WhyNot(),
            "check block: " + About(2, 7) +
                "lost: expected sequence 7 of run 3 for block 2, holds zeros, as if never "
                "written; the first difference is at byte 0");
}

TEST_F(AcknowledgedWrites, TwoSwappedBlocksAreForeign) {
  Put(1, {kRun, 2, 7});
  Put(2, {kRun, 1, 6});
  EXPECT_EQ(WhyNot(), "check block: " + About(1, 6) +
                          "foreign: expected sequence 6 of run 3 for block 1, holds sequence 7 of "
                          "run 3 for block 2, checksum good; the first difference is at byte 16"
                          "\nand check block: " +
                          About(2, 7) +
                          "foreign: expected sequence 7 of run 3 for block 2, holds sequence 6 of "
                          "run 3 for block 1, checksum good; the first difference is at byte 16");
}

TEST_F(AcknowledgedWrites, TheSameSequenceOfAnEarlierRunIsForeign) {
  Put(0, {kRun - 1, 0, 5});
  EXPECT_EQ(WhyNot(), "check block: " + About(0, 5) +
                          "foreign: expected sequence 5 of run 3 for block 0, holds sequence 5 of "
                          "run 2 for block 0, checksum good; the first difference is at byte 8");
}

TEST_F(AcknowledgedWrites, ATornBlockNamesBothWrites) {
  PutBytes(3 * kBytes + 2048, Content({kRun, 3, 4}).substr(2048));
  EXPECT_EQ(WhyNot(), "check block: " + About(3, 8) +
                          "torn: expected sequence 8 of run 3 for block 3, holds sequence 8 of run "
                          "3 for block 3, checksum wrong, from byte 2048 on sequence 4 of run "
                          "3 for block 3; the first difference is at byte 2064");
}

TEST_F(AcknowledgedWrites, OneWrongByteIsFound) {
  for (const std::uint64_t at : {std::uint64_t{36}, std::uint64_t{512}, std::uint64_t{4095}}) {
    std::string content = Content({kRun, 1, 6});
    content[at] = static_cast<char>(content[at] ^ 1);
    PutBytes(1 * kBytes, content);
    EXPECT_EQ(WhyNot(), "check block: " + About(1, 6) +
                            "damaged: expected sequence 6 of run 3 for block 1, holds sequence 6 "
                            "of run 3 for block 1, checksum wrong, from byte " +
                            std::to_string(at) +
                            " on other data; the first difference is at byte " +
                            std::to_string(at));
  }
}

TEST_F(AcknowledgedWrites, ForeignBytesAreFound) {
  PutBytes(1 * kBytes, std::string(kBytes, 'x'));
  EXPECT_EQ(WhyNot(),
            "check block: " + About(1, 6) +
                "foreign: expected sequence 6 of run 3 for block 1, holds data not written "
                "by the agent (no DUALPATH magic); the first difference is at byte 0");
}

TEST_F(AcknowledgedWrites, AFileThatEndsBeforeThemIsAnError) {
  std::filesystem::resize_file(file_, 3 * kBytes + 512);
  EXPECT_EQ(WhyNot(), "read: " + About(3, 8) + "beyond the end of the file");
  std::filesystem::resize_file(file_, 1 * kBytes);
  EXPECT_EQ(WhyNot(), "read: " + About(1, 6) + "beyond the end of the file\nand read: " +
                          About(2, 7) + "beyond the end of the file\nand read: " + About(3, 8) +
                          "beyond the end of the file");
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

TEST_F(AcknowledgedWrites, AnEarlierFailedWriteMayNotOverwriteThem) {
  Reported(9, 0, EIO);
  Reported(13, 0, 0);
  Put(0, {kRun, 0, 9});
  EXPECT_EQ(WhyNot(), "check block: " + About(0, 13) +
                          "late, overwritten by a write that was reported as failed before: "
                          "expected sequence 13 of run 3 for block 0, holds sequence 9 of run 3 "
                          "for block 0, checksum good; the first difference is at byte 24");
  Reported(17, 0, EIO);
  EXPECT_THAT(WhyNot(), HasSubstr("holds sequence 9")) << "only the later failed write is allowed";
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

TEST_F(AcknowledgedWrites, AFailedWriteThatArrivedInPartIsTorn) {
  Reported(9, 0, EIO);
  PutBytes(0, Content({kRun, 0, 9}).substr(0, 1024));
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr(About(0, 5)),
                              HasSubstr("torn: expected sequence 5 of run 3 for block 0 or 9, "
                                        "holds sequence 9 of run 3 for block 0, checksum wrong, "
                                        "from byte 1024 on sequence 5 of run 3 for block 0")));
}

TEST_F(AcknowledgedWrites, ABlockWithoutOneHoldsWhatItHeldBeforeOrTheFailedWrite) {
  Put(6, {kRun - 1, 6, 3});
  KnowWhatWasBefore(8);
  Reported(9, 5, EIO);
  Reported(10, 6, EIO);
  EXPECT_EQ(WhyNot(), "nothing wrong");
  Put(5, {kRun, 5, 9});
  Put(6, {kRun, 6, 10});
  EXPECT_EQ(WhyNot(), "nothing wrong");
  PutBytes(5 * kBytes, std::string(kBytes, 'x'));
  Put(6, {kRun, 5, 9});
  EXPECT_EQ(WhyNot(),
            "check block: block 5 of " + file_ +
                ", never acknowledged: foreign: expected sequence 9 of run 3 for block "
                "5 or zeros, as if never written, as before the run, holds data not written by the "
                "agent (no DUALPATH magic); the first difference is at byte 0\n"
                "and check block: block 6 of " +
                file_ +
                ", never acknowledged: foreign: expected sequence 10 of run 3 for block "
                "6 or sequence 3 of run 2 for block 6, checksum good, as before the run, holds "
                "sequence 9 of run 3 for block 5, checksum good; the first difference is at byte "
                "16");
}

TEST_F(AcknowledgedWrites, ABlockThatWasNotWrittenHoldsWhatItHeldBefore) {
  KnowWhatWasBefore(8);
  Put(7, {kRun, 6, 99});
  EXPECT_EQ(WhyNot(), "check block: block 7 of " + file_ +
                          ", never acknowledged: foreign: expected zeros, as if never "
                          "written, as before the run, holds sequence 99 of run 3 for block 6, "
                          "checksum good");
}

TEST_F(AcknowledgedWrites, ABlockWithoutOneIsAnErrorIfItsContentBeforeIsNotKnown) {
  Reported(9, 3 + kBlocks, EIO);
  Put(3 + kBlocks, {kRun, 3 + kBlocks, 9});
  EXPECT_THAT(WhyNot(), HasSubstr("what it held before the run is not known"));
}

TEST_F(AcknowledgedWrites, BlocksWrittenByLaterRunsAreNotChecked) {
  Put(1, {kRun + 1, 1, 1});
  EXPECT_THAT(WhyNot(), HasSubstr("foreign"));
  EXPECT_TRUE(HoldsAcknowledgedWrites(file_, report_, {{kBytes, 2 * kBytes}}).ok());
}

// The default of StartVerifiedWrites: 100 writes, one of which is reported as failed and arrives
// when it is long forgotten.
TEST_F(AcknowledgedWrites, AFailedWriteThatLandsLateIsFoundWithTheDefaultOptions) {
  IoOptions defaults = VerifiedWrites();
  ASSERT_TRUE(defaults.retry);
  report_.results.clear();
  report_.options = defaults;
  report_.options.run_id = kRun;
  std::uint64_t turn = 0;
  std::uint64_t block = 0;
  std::uint64_t failed_block = 0;
  for (std::uint64_t sequence = 1; sequence <= 100; ++sequence) {
    const bool is_retry = sequence == 51;
    if (!is_retry) block = turn++ % defaults.block_count;
    Reported(sequence, block, sequence == 50 ? EIO : 0);
    if (sequence == 50) failed_block = block;
    if (sequence != 50) Put(block, {kRun, block, sequence});
  }
  EXPECT_EQ(WhyNot(), "nothing wrong");
  Put(failed_block, {kRun, failed_block, 50});
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr("block " + std::to_string(failed_block) + " of"),
                              HasSubstr("late, overwritten by a write that was reported as failed "
                                        "before: expected sequence "),
                              HasSubstr("holds sequence 50 of run 3 for block " +
                                        std::to_string(failed_block))));
}

TEST_F(AcknowledgedWrites, AreOrderedByCompletion) {
  // A held write completed after a later one, and the file contains the one that completed last.
  Reported(21, 0, 0);
  Reported(17, 0, 0);
  Put(0, {kRun, 0, 17});
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

TEST_F(AcknowledgedWrites, BlocksHaveTheSizeOfTheRun) {
  report_.options.block_bytes = kSectorBytes;
  EXPECT_THAT(WhyNot(), HasSubstr("holds sequence 5 of run 3 for block 0, which was a block of "
                                  "another size, 4096 bytes"));
}

TEST_F(AcknowledgedWrites, AMissingFileIsNamed) {
  EXPECT_EQ(HoldsAcknowledgedWrites("/no/such/storage.raw", report_).error().ToString(),
            "open: /no/such/storage.raw: No such file or directory (errno 2)");
}

TEST_F(AcknowledgedWrites, ARunWithoutAnyIsAnError) {
  KnowWhatWasBefore(kBlocks);
  report_.results.clear();
  EXPECT_EQ(WhyNot(), "look for acknowledged writes in: " + file_ + ": the run has none");
  Reported(1, 0, EIO);
  EXPECT_THAT(WhyNot(), HasSubstr("the run has none"));
}

TEST_F(AcknowledgedWrites, SectorsOutOfPlaceAreFound) {
  // Every sector exists, none at its offset.
  PutBytes(1 * kBytes, Content({kRun, 1, 6}).substr(512) + Content({kRun, 1, 6}).substr(0, 512));
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr(About(1, 6)), HasSubstr("no DUALPATH magic")));
}

TEST_F(AcknowledgedWrites, NoMoreThanThreeBadBlocksAreShown) {
  for (std::uint64_t block = 0; block < kBlocks; ++block) Put(block, {kRun, block, block + 1});
  EXPECT_THAT(WhyNot(),
              AllOf(HasSubstr(About(0, 5)), HasSubstr("\nand check block: " + About(1, 6)),
                    HasSubstr(About(2, 7)), Not(HasSubstr(About(3, 8))),
                    ::testing::EndsWith("\nand 1 more")));
}

TEST_F(AcknowledgedWrites, AReplayOfAnOldWriteMayNotOverwriteThem) {
  Reported(9, 0, 0);
  Reported(13, 0, 0);
  Put(0, {kRun, 0, 5});
  EXPECT_EQ(WhyNot(), "check block: " + About(0, 13) +
                          "stale: expected sequence 13 of run 3 for block 0, holds sequence 5 of "
                          "run 3 for block 0, checksum good; the first difference is at byte 24");
}

TEST_F(AcknowledgedWrites, AFailedWriteThatWasReadMustStay) {
  Reported(9, 0, EIO);
  Saw(10, 0, {kRun, 0, 9});
  Put(0, {kRun, 0, 9});
  EXPECT_EQ(WhyNot(), "nothing wrong");
  Put(0, {kRun, 0, 5});
  EXPECT_EQ(WhyNot(), "check block: " + About(0, 5) +
                          "reverted, a read returned a later write: expected sequence 9 of run 3 "
                          "for block 0, holds sequence 5 of run 3 for block 0, checksum good; the "
                          "first difference is at byte 24");
  Reported(13, 0, 0);
  Put(0, {kRun, 0, 13});
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

TEST_F(AcknowledgedWrites, AreFoundAtAnOffsetOfSectors) {
  report_.options.offset_sectors = 7;
  EXPECT_THAT(WhyNot(), HasSubstr(About(0, 5)));
  for (std::uint64_t block = 0; block < kBlocks; ++block) {
    PutBytes(7 * kSectorBytes + block * kBytes, Content({kRun, block, block + 5}));
  }
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

TEST_F(AcknowledgedWrites, AreFoundWithGapsBetweenThem) {
  constexpr std::uint64_t kFar = 5000;  // more than a chunk of reading away
  Reported(9, kFar, 0);
  Reported(10, kFar + 2, 0);
  Put(kFar, {kRun, kFar, 9});
  Put(kFar + 2, {kRun, kFar + 2, 10});
  EXPECT_EQ(WhyNot(), "nothing wrong");
  Put(kFar + 2, {kRun, kFar + 2, 9});
  EXPECT_THAT(WhyNot(), HasSubstr(About(kFar + 2, 10)));
}

/// Like AcknowledgedWrites, but with writes that the kernel may send as several commands.
class LargeWrites : public AcknowledgedWrites {
 protected:
  LargeWrites() {
    report_.options.block_bytes = kLargeBytes;
    report_.results.clear();
    Reported(1, 0, 0);
    PutBytes(0, Large(1));
  }

  static std::string Large(std::uint64_t sequence) {
    return Filled(kLargeBytes, {kRun, 0, sequence});
  }

  static constexpr std::size_t kLargeBytes = 128 * 1024;
};

TEST_F(LargeWrites, MayHaveArrivedInPartIfTheyFailed) {
  Reported(2, 0, EIO);
  Reported(3, 0, EIO);
  PutBytes(8192, Large(2).substr(8192, 4096));
  EXPECT_EQ(WhyNot(), "nothing wrong");
  PutBytes(65536, Large(3).substr(65536));
  EXPECT_EQ(WhyNot(), "nothing wrong");
  PutBytes(0, Large(3).substr(0, 512));
  EXPECT_EQ(WhyNot(), "nothing wrong");
}

TEST_F(LargeWrites, ExplainNoOtherDamageIfTheyFailed) {
  Reported(2, 0, EIO);
  PutBytes(8192, Large(4).substr(8192, 4096));
  EXPECT_THAT(WhyNot(), HasSubstr("torn: expected sequence 1 of run 3 for block 0 or 2, holds "
                                  "sequence 1 of run 3 for block 0, checksum wrong, from byte "
                                  "8192 on sequence 4 of run 3 for block 0"));
  PutBytes(0, Large(1));
  PutBytes(9000, "x");
  EXPECT_THAT(WhyNot(), HasSubstr("damaged: "));
}

TEST_F(LargeWrites, AreWholeIfTheyWereAcknowledged) {
  Reported(2, 0, EIO);
  Reported(3, 0, 0);
  PutBytes(0, Large(3));
  PutBytes(65536, Large(2).substr(65536));
  EXPECT_THAT(WhyNot(), AllOf(HasSubstr("torn: expected sequence 3 of run 3 for block 0, holds"),
                              HasSubstr("from byte 65536 on sequence 2 of run 3 for block 0")));
}

TEST_F(LargeWrites, WithoutAnAcknowledgedOneAreMadeOfWhatWasBeforeAndTheFailedOne) {
  report_.results.clear();
  report_.options.block_count = 1;
  auto image = StorageImage::Take(file_, report_.Range());
  ASSERT_TRUE(image.ok());
  report_.before = std::make_shared<StorageImage>(std::move(*image));
  Reported(2, 0, EIO);
  PutBytes(8192, Large(2).substr(8192, 4096));
  EXPECT_THAT(WhyNot(), HasSubstr("the run has none")) << "no block is wrong";
  PutBytes(65536, Large(3).substr(65536, 512));
  EXPECT_THAT(WhyNot(), HasSubstr("torn: expected sequence 2 of run 3 for block 0 or sequence 1"));
}

/// What must be left after the disk has lost its cache.
class FlushedWrites : public AcknowledgedWrites {
 protected:
  /// Each I/O ends one second after the one before it, and takes that long.
  void Did(IoKind kind, std::uint64_t sequence, std::uint64_t block, int error_number = 0) {
    Reported(sequence, block, error_number);
    IoResult& result = report_.results.back();
    result.kind = kind;
    result.start = now_;
    result.end = now_ += std::chrono::seconds(1);
  }

  std::string WhyLost() const {
    const Status status = HoldsFlushedWrites(file_, report_);
    return status.ok() ? "nothing wrong" : status.error().ToString();
  }

  void SetUp() override {
    std::filesystem::resize_file(file_, 0);
    report_.results.clear();
    KnowWhatWasBefore(kBlocks);
  }

  Deadline::Clock::time_point now_{std::chrono::seconds(1000)};
};

TEST_F(FlushedWrites, AreThereOrLaterOnes) {
  Did(IoKind::kWrite, 1, 0);
  Did(IoKind::kFlush, 2, 0);
  Did(IoKind::kWrite, 3, 0);
  Did(IoKind::kWrite, 4, 0, EIO);
  for (const std::uint64_t sequence : {1, 3, 4}) {
    Put(0, {kRun, 0, sequence});
    EXPECT_EQ(WhyLost(), "nothing wrong");
  }
  PutBytes(0, std::string(kBytes, '\0'));
  EXPECT_EQ(WhyLost(), "check block: block 0 of " + file_ +
                           ", flushed as sequence 1: lost although flushed: expected sequence 1 of "
                           "run 3 for block 0 or 3 or 4, holds zeros, as if never written; the "
                           "first difference is at byte 0");
}

TEST_F(FlushedWrites, AreNoOlderOnes) {
  Did(IoKind::kWrite, 1, 0);
  Did(IoKind::kWrite, 2, 0);
  Did(IoKind::kFlush, 3, 0);
  Put(0, {kRun, 0, 1});
  EXPECT_THAT(WhyLost(), HasSubstr("stale although flushed: expected sequence 2 of run 3 for block "
                                   "0, holds sequence 1 of run 3 for block 0"));
}

TEST_F(FlushedWrites, AreThoseThatHadCompletedWhenTheFlushBegan) {
  Did(IoKind::kWrite, 1, 0);
  Did(IoKind::kFlush, 2, 0);
  Did(IoKind::kWrite, 3, 1);
  report_.results[2].start = report_.results[2].end = report_.results[1].start;
  std::swap(report_.results[1], report_.results[2]);
  report_.results[2].start -= std::chrono::milliseconds(1);
  Put(0, {kRun, 0, 1});
  EXPECT_THAT(WhyLost(), HasSubstr("the run has none"));
}

TEST_F(FlushedWrites, AreNotThoseOfAFailedFlush) {
  Did(IoKind::kWrite, 1, 0);
  Did(IoKind::kFlush, 2, 0, EIO);
  EXPECT_THAT(WhyLost(), HasSubstr("the run has none"));
}

TEST_F(FlushedWrites, IncludeDurableOnesOfTheirBlockOnly) {
  Did(IoKind::kWrite, 1, 0);
  Did(IoKind::kDurableWrite, 2, 1);
  EXPECT_THAT(WhyLost(), AllOf(HasSubstr("block 1 of"), HasSubstr("lost although flushed"),
                               Not(HasSubstr("block 0 of"))));
}

/// A run that acknowledged sequence 5 for block 0; each test adds the content that its reads saw.
class Reads : public AcknowledgedWrites {
 protected:
  static BlockFinding Inspected(const std::string& content) {
    std::vector<std::uint64_t> words(content.size() / sizeof(std::uint64_t));
    std::memcpy(words.data(), content.data(), content.size());
    return InspectBlock(words.data(), content.size());
  }

  std::string WhyNotSeen() const {
    const Status status = ReadsSawAcknowledgedWrites(report_);
    return status.ok() ? "nothing wrong" : status.error().ToString();
  }
};

TEST_F(Reads, SeeTheLastAcknowledgedWrite) {
  Saw(9, 0, {kRun, 0, 5});
  EXPECT_EQ(WhyNotSeen(), "nothing wrong");
  Reported(10, 0, 0);
  Saw(11, 0, {kRun, 0, 10});
  Saw(12, 0, {kRun, 0, 10});
  EXPECT_EQ(WhyNotSeen(), "nothing wrong");
}

TEST_F(Reads, DoNotSeeAnOlderOne) {
  Saw(9, 0, {kRun, 0, 1});
  EXPECT_EQ(WhyNotSeen(),
            "check read: sequence 9, block 0, acknowledged as sequence 5: stale: expected sequence "
            "5 of run 3 for block 0, saw sequence 1 of run 3 for block 0, checksum good");
}

TEST_F(Reads, MaySeeOneThatFailedSince) {
  Reported(9, 0, EIO);
  Saw(10, 0, {kRun, 0, 5});
  Saw(11, 0, {kRun, 0, 9});
  EXPECT_EQ(WhyNotSeen(), "nothing wrong");
  Saw(12, 0, {kRun, 0, 5});
  EXPECT_EQ(
      WhyNotSeen(),
      "check read: sequence 12, block 0, acknowledged as sequence 5: reverted, a read "
      "returned a later write: expected sequence 9 of run 3 for block 0, saw sequence 5 of run 3 "
      "for block 0, checksum good");
}

TEST_F(Reads, DoNotSeeOneThatFailedBefore) {
  Reported(9, 0, EIO);
  Reported(13, 0, 0);
  Saw(17, 0, {kRun, 0, 9});
  EXPECT_EQ(WhyNotSeen(),
            "check read: sequence 17, block 0, acknowledged as sequence 13: late, overwritten by a "
            "write that was reported as failed before: expected sequence 13 of run 3 for "
            "block 0, saw sequence 9 of run 3 for block 0, checksum good");
}

TEST_F(Reads, SeeAWholeBlockOfTheirOwn) {
  BlockFinding seen;
  seen.state = BlockState::kZeros;
  Saw(9, 0, seen);
  EXPECT_THAT(WhyNotSeen(), HasSubstr("lost: expected sequence 5 of run 3 for block 0, saw zeros"));
  seen.identity = {kRun, 0, 5};
  seen.state = BlockState::kDamaged;
  seen.first_wrong_byte = 700;
  report_.results.back().seen = seen;
  EXPECT_THAT(WhyNotSeen(), HasSubstr("damaged: expected sequence 5 of run 3 for block 0, saw "
                                      "sequence 5 of run 3 for block 0, checksum wrong, from "
                                      "byte 700 on other data"));
  report_.results.back().seen = {BlockState::kWhole, {kRun + 1, 0, 5}, 0, 0};
  EXPECT_THAT(WhyNotSeen(), HasSubstr("foreign: "));
}

TEST_F(Reads, SeeWhatWasThereBeforeTheFirstAcknowledgedWrite) {
  Put(6, {kRun - 1, 6, 3});
  KnowWhatWasBefore(8);
  BlockFinding seen;
  seen.state = BlockState::kZeros;
  Saw(9, 5, seen);
  Saw(10, 6, Inspected(Content({kRun - 1, 6, 3})));
  Reported(11, 5, EIO);
  Saw(12, 5, seen);
  Saw(13, 5, {kRun, 5, 11});
  EXPECT_EQ(WhyNotSeen(), "nothing wrong");
  Saw(14, 5, seen);
  EXPECT_THAT(WhyNotSeen(), HasSubstr("sequence 14, block 5, never acknowledged: lost: "
                                      "expected sequence 11 of run 3 for block 5, saw zeros"));
}

TEST_F(Reads, DoNotSeeAnythingElseBeforeTheFirstAcknowledgedWrite) {
  KnowWhatWasBefore(8);
  Saw(9, 5, {kRun, 5, 3});
  EXPECT_THAT(WhyNotSeen(),
              HasSubstr("newer than expected: expected zeros, as if never written, as before the "
                        "run, saw sequence 3 of run 3 for block 5, checksum good"));
}

TEST_F(Reads, AreAnErrorIfTheContentBeforeIsNotKnown) {
  Saw(9, 5, {kRun, 5, 3});
  EXPECT_THAT(WhyNotSeen(), HasSubstr("what it held before the run is not known"));
}

TEST_F(Reads, MaySeePartsOfAFailedWriteOfALargeBlock) {
  report_.options.block_bytes = 8192;
  const auto large = [](std::uint64_t sequence) { return Filled(8192, {kRun, 0, sequence}); };
  Reported(9, 0, EIO);
  Reported(10, 0, EIO);
  Saw(11, 0,
      Inspected(large(5).substr(0, 1024) + large(9).substr(1024, 1024) + large(10).substr(2048)));
  EXPECT_EQ(WhyNotSeen(), "nothing wrong");
}

TEST_F(Reads, DoNotSeePartsOfAnyOtherWriteOfALargeBlock) {
  report_.options.block_bytes = 8192;
  const auto large = [](std::uint64_t sequence) { return Filled(8192, {kRun, 0, sequence}); };
  Reported(9, 0, EIO);
  Saw(10, 0, Inspected(large(5).substr(0, 1024) + large(1).substr(1024)));
  EXPECT_THAT(WhyNotSeen(), HasSubstr("torn: expected sequence 5 of run 3 for block 0 or 9, saw "
                                      "sequence 5 of run 3 for block 0, checksum wrong"));
  report_.results.back().seen = Inspected(large(9).substr(0, 1024) + std::string(7168, '\0'));
  EXPECT_THAT(WhyNotSeen(), HasSubstr("torn: "));
  std::string damaged = large(5).substr(0, 1024) + large(9).substr(1024);
  damaged[700] = 'x';
  report_.results.back().seen = Inspected(damaged);
  EXPECT_THAT(WhyNotSeen(), HasSubstr("damaged: "));
}

TEST_F(Reads, DoNotSeePartsOfAFailedWriteOfASmallBlock) {
  Reported(9, 0, EIO);
  Saw(10, 0, Inspected(Content({kRun, 0, 5}).substr(0, 1024) + Content({kRun, 0, 9}).substr(1024)));
  EXPECT_THAT(WhyNotSeen(), HasSubstr("torn: ")) << "4 KiB are one command";
}

TEST_F(Reads, SawNothingIfTheyFailed) {
  Saw(9, 0, {kRun, 0, 5});
  Saw(10, 0, {kRun, 0, 1});
  report_.results.back().error_number = EIO;
  EXPECT_EQ(WhyNotSeen(), "nothing wrong");
}

TEST_F(Reads, ARunWithoutAnyIsAnError) {
  EXPECT_EQ(WhyNotSeen(), "check reads: the run: no read without error");
}

}  // namespace
}  // namespace dualpath::guest
