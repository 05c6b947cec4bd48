// Many concurrent I/Os: whatever fails, storage.raw holds every acknowledged write.
//
// Labels of DataIntegrity.: load
// Labels of MixedIo.: load

#include <gmock/gmock.h>

#include <cerrno>
#include <fstream>

#include "fixtures/capabilities_fixture.h"
#include "helpers/base/file.h"

namespace dualpath {
namespace {

using std::chrono::microseconds;
using ::testing::AllOf;
using ::testing::ContainsRegex;

class DataIntegrity : public GuestTest {
 protected:
  /// Returns options for as many I/Os as the lab can do, limited to 1600 per second on a fast host.
  static guest::IoOptions Load(std::uint32_t block_bytes, std::uint32_t queue_depth) {
    guest::IoOptions options;
    options.interval = queue_depth * microseconds(625);
    options.block_bytes = block_bytes;
    options.queue_depth = queue_depth;
    // The I/Os of the queue wait for each other.
    options.limit = queue_depth * guest::kPromised;
    return options;
  }

  /// Expects that storage.raw holds every acknowledged write, and that each path reads it back.
  void ExpectStorageHolds(const guest::IoReport& report) {
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    EXPECT_THAT(rig().path(0).disk(), HoldsEveryWriteAcknowledgedIn(report));
    EXPECT_THAT(rig().path(1).disk(), HoldsEveryWriteAcknowledgedIn(report));
  }
};

TEST_F(DataIntegrity, TenThousandWritesSurviveAFailover) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(Load(4096, 8)));
  ASSERT_OK(io.AwaitGoodCompletions(5000));
  const PathId deleted = rig().path(0);

  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));

  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ASSERT_OK(io.AwaitGoodCompletions(5000));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  ExpectStorageHolds(report);
}

/// Reads and writes at the largest queue depth.
class MixedIo : public WithCapabilities<DataIntegrity> {
 protected:
  static guest::IoOptions Mix(std::uint32_t block_bytes) {
    guest::IoOptions options = Load(block_bytes, 32);
    options.block_count = 64;
    options.read_percent = 50;
    return options;
  }

  void ExpectToSurviveAPathGoingOfflineAndReturning(const guest::IoOptions& mixed) {
    constexpr std::uint64_t kSome = 64;
    ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(mixed));
    ASSERT_OK(io.AwaitGoodCompletions(kSome));
    ASSERT_OK(rig().AwaitCheck(0));

    const microseconds before = Now();
    ASSERT_OK(rig().path(0).SetOffline());
    const microseconds after = Now();
    EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
    EXPECT_THAT(
        topology(),
        Eventually(PathGroups({Enabled(Faulty(rig().path(0), "offline")), Active(rig().path(1))})));
    ASSERT_OK(io.AwaitGoodCompletions(kSome));

    ASSERT_OK(rig().path(0).SetRunning());
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Enabled(rig().path(0)), Active(rig().path(1))})));
    ASSERT_OK(io.AwaitGoodCompletions(kSome));
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    ExpectErrorsOnlyUntilTheCheckerNoticed(report, before, after);
    EXPECT_THAT(report, ReadsSawEveryAcknowledgedWrite());
    ExpectStorageHolds(report);
  }

 private:
  /// Errors are allowed as in path_offline.cc. The fault occurred between the two times.
  void ExpectErrorsOnlyUntilTheCheckerNoticed(const guest::IoReport& report, microseconds before,
                                              microseconds after) {
    if (capabilities().probes_paths_on_sg_io_error) {
      EXPECT_THAT(report, CompletedWithoutErrors());
      return;
    }
    ASSERT_OK_AND_ASSIGN(const auto failed, TimeOf(KernelFails(rig().path(0)), LogNow()));
    EXPECT_THAT(report, FailedExactlyBetween(before, failed, capabilities().ErrnoOfOfflinePath(),
                                             after - before));
  }
};

TEST_F(MixedIo, OneSectorBlocksSurviveAPathGoingOfflineAndReturning) {
  ExpectToSurviveAPathGoingOfflineAndReturning(Mix(512));
}

TEST_F(MixedIo, OneMebibyteBlocksSurviveAPathGoingOfflineAndReturning) {
  guest::IoOptions mixed = Mix(1024 * 1024);
  mixed.offset_sectors = 1;  // unaligned, so that every I/O crosses the devices' size limits
  ExpectToSurviveAPathGoingOfflineAndReturning(mixed);
}

/// Corrupts storage.raw: the oracle that all other cases rely on must detect each kind of
/// corruption.
class CorruptedStorage : public GuestTest {
 protected:
  static constexpr std::uint32_t kBytes = 4096;
  static constexpr std::uint64_t kBlocks = 8;

  std::string Block(std::uint64_t block) {
    std::string content(kBytes, '\0');
    std::ifstream file(storage().path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(block * kBytes));
    file.read(content.data(), kBytes);
    EXPECT_TRUE(file) << "block " << block << " of " << storage();
    return content;
  }

  void Put(std::uint64_t block, const std::string& content) {
    ASSERT_OK(WriteAt(storage().path, block * kBytes, content));
  }

  std::string WhyNot(const guest::IoReport& report) {
    ::testing::StringMatchResultListener why;
    const ::testing::Matcher<const StorageFile&> holds = HoldsEveryWriteAcknowledgedIn(report);
    EXPECT_FALSE(holds.MatchAndExplain(storage(), &why));
    return why.str();
  }
};

// Catalogue: H5
TEST_F(CorruptedStorage, TheOracleDetectsDroppedSwappedAndReplayedWrites) {
  guest::IoOptions options;
  options.interval = std::chrono::milliseconds(20);
  options.block_bytes = kBytes;
  options.block_count = kBlocks;
  const std::string never_written(kBytes, '\0');
  Put(1, never_written);
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(options));
  ASSERT_OK(io.AwaitGoodCompletions(kBlocks));
  const std::string older = Block(3);
  ASSERT_OK(io.AwaitGoodCompletions(2 * kBlocks));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ASSERT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  const std::string first = Block(1);
  const std::string second = Block(2);
  const std::string third = Block(3);

  const std::string sequence_of_run =
      "sequence [0-9]+ of run " + std::to_string(report.options.run_id) + " for ";
  Put(1, never_written);
  EXPECT_THAT(WhyNot(report), ContainsRegex("block 1 .*lost: expected " + sequence_of_run +
                                            "block 1, holds zeros"));
  Put(1, second);
  Put(2, first);
  EXPECT_THAT(WhyNot(report),
              AllOf(ContainsRegex("block 1 .*foreign: expected " + sequence_of_run +
                                  "block 1, holds " + sequence_of_run + "block 2"),
                    ContainsRegex("block 2 .*foreign: expected " + sequence_of_run +
                                  "block 2, holds " + sequence_of_run + "block 1")));
  Put(1, first);
  Put(2, second);
  Put(3, older);
  EXPECT_THAT(WhyNot(report),
              ContainsRegex("block 3 .*stale: expected " + sequence_of_run + "block 3, holds " +
                            sequence_of_run + "block 3, checksum good"));
  Put(3, third);
}

}  // namespace
}  // namespace dualpath
