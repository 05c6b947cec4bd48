// The oracle finds what multipath can break: each kind of damage is planted in storage.raw, below
// LIO, after a run with the default options.

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "fixtures/case_tools.h"
#include "fixtures/rig_fixture.h"
#include "helpers/base/file.h"
#include "helpers/guest/on_disk.h"

namespace dualpath {
namespace {

using guest::BlockIdentity;
using guest::IoKind;
using guest::IoResult;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Both paths fail for a while, so that some writes of the run fail.
class Oracle : public GuestTest {
 protected:
  RigOptions Options() const override {
    RigOptions options;
    options.multipath.no_path_retry = multipath::NoPathRetry::Fail();
    return options;
  }

  /// Runs I/O through the failure, and expects that the oracle finds nothing wrong.
  void Run() {
    ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
    ASSERT_OK(io.AwaitGoodCompletions(2 * report_.options.block_count));
    ASSERT_OK(rig().path(0).SetOffline());
    ASSERT_OK(rig().path(1).SetOffline());
    ASSERT_OK(io.AwaitFailures(3));
    ASSERT_OK(rig().path(0).SetRunning());
    ASSERT_OK(rig().path(1).SetRunning());
    ASSERT_OK(io.AwaitGoodCompletions(2 * report_.options.block_count));
    ASSERT_OK_AND_ASSIGN(report_, io.Stop());
    ASSERT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report_));
  }

  /// Returns the first write with this result, or the last one to a block.
  IoResult FirstWrite(bool failed) const {
    for (const IoResult& result : report_.results) {
      if (guest::wire::IsWrite(result.kind) && (result.error_number != 0) == failed) return result;
    }
    ADD_FAILURE() << "no such write in " << ::testing::PrintToString(report_);
    return {};
  }
  IoResult LastWriteTo(std::uint64_t block) const {
    IoResult last;
    for (const IoResult& result : report_.results) {
      const bool is_write = guest::wire::IsWrite(result.kind) && result.block == block;
      if (is_write && result.error_number == 0) last = result;
    }
    return last;
  }

  BlockIdentity IdentityOf(const IoResult& write) const {
    return {report_.options.run_id, write.block, write.sequence};
  }
  std::string ContentOf(const IoResult& write) const {
    std::vector<std::uint64_t> words(report_.options.block_bytes / sizeof(std::uint64_t));
    guest::FillBlock(words.data(), report_.options.block_bytes, IdentityOf(write));
    return {reinterpret_cast<const char*>(words.data()), report_.options.block_bytes};
  }
  void Put(std::uint64_t block, const std::string& content) {
    ASSERT_OK(WriteAt(storage().path, report_.options.ByteOf(block), content));
  }
  /// Puts back what the block held, so that the case leaves the storage as it was.
  void Heal(std::uint64_t block) { Put(block, ContentOf(LastWriteTo(block))); }

  std::string WhyNot() {
    ::testing::StringMatchResultListener why;
    const ::testing::Matcher<const StorageFile&> holds = HoldsEveryWriteAcknowledgedIn(report_);
    EXPECT_FALSE(holds.MatchAndExplain(storage(), &why));
    return why.str();
  }

  guest::IoReport report_ = [] {
    guest::IoReport report;
    report.options = guest::VerifiedWrites();
    return report;
  }();
};

// Catalogue: H5
TEST_F(Oracle, FindsAFailedWriteThatLandsLate) {
  ASSERT_NO_FATAL_FAILURE(Run());
  const IoResult failed = FirstWrite(true);
  const IoResult last = LastWriteTo(failed.block);
  ASSERT_GT(last.sequence, failed.sequence) << "its block was written again";
  EXPECT_TRUE(std::any_of(report_.results.begin(), report_.results.end(),
                          [&](const IoResult& next) {
                            return next.sequence == failed.sequence + 1 &&
                                   next.block == failed.block;
                          }))
      << "the next I/O is the retry";

  Put(failed.block, ContentOf(failed));

  const std::string late =
      "late, overwritten by a write that was reported as failed before: "
      "expected " +
      ToString(IdentityOf(last)) + ", holds " + ToString(IdentityOf(failed));
  EXPECT_THAT(WhyNot(), HasSubstr(late));
  // It landed after the first look of the case.
  EXPECT_NONFATAL_FAILURE(ExpectStorageStillHolds(), late);
  Heal(failed.block);
}

// Catalogue: H5
TEST_F(Oracle, FindsAReplayedWrite) {
  ASSERT_NO_FATAL_FAILURE(Run());
  const IoResult first = FirstWrite(false);
  const IoResult last = LastWriteTo(first.block);
  ASSERT_GT(last.sequence, first.sequence);
  Put(first.block, ContentOf(first));
  EXPECT_THAT(WhyNot(), HasSubstr("stale: expected " + ToString(IdentityOf(last)) + ", holds " +
                                  ToString(IdentityOf(first))));
  Heal(first.block);
}

// Catalogue: H5
TEST_F(Oracle, FindsAHalfDoneWrite) {
  ASSERT_NO_FATAL_FAILURE(Run());
  const IoResult first = FirstWrite(false);
  const IoResult last = LastWriteTo(first.block);
  constexpr std::size_t kDone = 1024;
  Put(first.block, ContentOf(last).substr(0, kDone) + ContentOf(first).substr(kDone));
  EXPECT_THAT(WhyNot(),
              HasSubstr("torn: expected " + ToString(IdentityOf(last)) + ", holds " +
                        ToString(IdentityOf(last)) + ", checksum wrong, from byte 1024 on " +
                        ToString(IdentityOf(first))));
  Heal(first.block);
}

// Catalogue: H5
TEST_F(Oracle, FindsAMisdirectedWriteAnywhere) {
  ASSERT_NO_FATAL_FAILURE(Run());
  const IoResult write = FirstWrite(false);
  constexpr std::uint64_t kFar = 200000;  // near the end of storage.raw
  const std::string byte = std::to_string(report_.options.ByteOf(kFar));
  Put(kFar, ContentOf(write));
  EXPECT_THAT(WhyNot(),
              HasSubstr("misdirected: byte " + byte + " held zeros before the run, holds " +
                        ToString(IdentityOf(write))));
  Put(kFar, std::string(report_.options.block_bytes, '\0'));
}

/// Loses what is only in the page cache that LIO writes to, as with the power of the target.
class LossOfPower : public GuestTest {
 protected:
  RigOptions Options() const override {
    RigOptions options;
    options.on_loop_device = true;
    return options;
  }

  void TearDown() override {
    EXPECT_OK(RemoveFile(OnDisk()));
    GuestTest::TearDown();
  }

  std::string OnDisk() { return rig().options().directory + "/on-disk"; }

  /// Writes until there was a flush and more writes after it.
  void Run(guest::IoReport& report) {
    guest::IoOptions options = guest::VerifiedWrites();
    ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(options));
    ASSERT_OK(io.AwaitGoodCompletions(2 * options.block_count + options.block_count / 2));
    ASSERT_OK_AND_ASSIGN(report, io.Stop());
    ASSERT_THAT(report, CompletedWithoutErrors());
    const auto count = [&](IoKind kind) {
      return std::count_if(report.results.begin(), report.results.end(),
                           [&](const IoResult& result) { return result.kind == kind; });
    };
    EXPECT_GE(count(IoKind::kFlush), 2) << "SYNCHRONIZE CACHE";
    EXPECT_GE(count(IoKind::kDurableWrite), 2) << "FUA";
  }

  /// Replaces the blocks of storage.raw by what is on the disk below.
  Status LosePower(const guest::IoReport& report) {
    const guest::ByteRange range = report.Range();
    DUALPATH_TRY_STATUS(guest::CopyWhatIsOnDisk(storage().path, range, OnDisk()));
    std::string content(range.end - range.begin, '\0');
    std::ifstream copy(OnDisk(), std::ios::binary);
    copy.seekg(static_cast<std::streamoff>(range.begin));
    copy.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (!copy) return Error::Because("read", OnDisk(), "it is too short");
    return WriteAt(storage().path, range.begin, content);
  }
};

// LIO acknowledges a write when it is in the page cache, tells of a write cache, and writes back on
// SYNCHRONIZE CACHE and FUA (drivers/target/target_core_file.c, fd_execute_sync_cache).
// Catalogue: H6
TEST_F(LossOfPower, LeavesWhatWasFlushedWhenTheTargetIsUpAgain) {
  guest::IoReport report;
  ASSERT_NO_FATAL_FAILURE(Run(report));

  ASSERT_OK(rig().RestartTarget([&] { return LosePower(report); }));

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  EXPECT_THAT(storage(), HoldsEveryWriteFlushedIn(report));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ExpectNothingLost(io);
}

TEST_F(LossOfPower, OfATargetThatHidesItsCacheIsFoundToLoseFlushedWrites) {
  ASSERT_OK(rig().backstore().TellOfWriteCache(false));
  // The guest asks for the cache when it finds the disk.
  guest::DiskOptions other;
  other.kind = guest::DiskKind::kScsiHd;
  ASSERT_OK(guest().Use(other));
  ASSERT_OK(guest().Use({}));
  guest::IoReport report;
  ASSERT_NO_FATAL_FAILURE(Run(report));
  ASSERT_OK(rig().backstore().TellOfWriteCache(true));

  ASSERT_OK(guest::CopyWhatIsOnDisk(storage().path, report.Range(), OnDisk()));

  ::testing::StringMatchResultListener why;
  const StorageFile on_disk{OnDisk()};
  EXPECT_FALSE(HoldsEveryWriteFlushedIn(report).MatchAndExplain(on_disk, &why));
  const std::string of_run = " of run " + std::to_string(report.options.run_id) + " for block ";
  EXPECT_THAT(why.str(), AllOf(HasSubstr(", flushed as sequence "),
                               HasSubstr("although flushed: "
                                         "expected sequence "),
                               HasSubstr(of_run), HasSubstr(", holds ")));
}

}  // namespace
}  // namespace dualpath
