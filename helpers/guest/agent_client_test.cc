#include "helpers/guest/agent_client.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/guest/wire/block_content.h"
#include "images/guest/agent/server.h"

namespace dualpath::guest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::size_t kDiskBytes = 256 * 1024;

Deadline Soon() { return Deadline::In(seconds(10)); }

#define ASSERT_OK(result) ASSERT_TRUE((result).ok()) << (result).error().ToString()

/// The real agent in a thread, on a regular file, behind a socket pair.
class AgentThread {
 public:
  explicit AgentThread(const std::string& disk) : worker_({disk, "/sys", "/dev"}), scsi_({disk}) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = UniqueFd(ends[0]);
    theirs_ = UniqueFd(ends[1]);
    thread_ = std::thread([this, disk] {
      agent::Server server(worker_, scsi_, {true, "/no/such/kmsg", disk + ".output"});
      served_ = server.Serve(theirs_.get());
    });
  }

  ~AgentThread() {
    ::shutdown(ours_.get(), SHUT_RDWR);
    thread_.join();
    EXPECT_TRUE(served_.ok()) << served_.error().ToString();
  }

  /// Returns a socket for another client, as if the previous one had died.
  UniqueFd NewClient() const { return UniqueFd(::dup(ours_.get())); }

 private:
  agent::IoWorker worker_;
  agent::ScsiWorker scsi_;
  UniqueFd ours_;
  UniqueFd theirs_;
  Status served_ = Ok{};
  std::thread thread_;
};

/// Makes writes beyond a size of the file fail with EFBIG.
class LargestFile {
 public:
  explicit LargestFile(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  LargestFile(const LargestFile&) = delete;
  LargestFile& operator=(const LargestFile&) = delete;
  ~LargestFile() { Lift(); }

  void Lift() {
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before_), 0);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

class AgentClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_OK(directory);
    directory_.emplace(std::move(directory).value());
    disk_ = directory_->path() + "/storage.raw";
    ASSERT_OK(WriteFileAtomically(disk_, std::string(kDiskBytes, '\0')));
  }

  void StartAgent() {
    thread_.emplace(disk_);
    Reconnect();
  }

  void Reconnect() {
    auto agent = AgentClient::Adopt(thread_->NewClient(), "the test's agent", Soon());
    ASSERT_OK(agent);
    agent_.emplace(std::move(agent).value());
  }

  AgentClient& agent() { return *agent_; }

  static IoOptions Count(std::uint64_t count) {
    IoOptions options;
    options.interval = std::chrono::microseconds(0);
    options.block_count = 64;
    options.max_count = count;
    return options;
  }

  /// Starts a run with max_count and waits for its end.
  std::vector<IoEntry> RunToTheEnd(const IoOptions& options) {
    const Status started = agent().StartIo(options, Soon());
    EXPECT_TRUE(started.ok()) << started.error().ToString();
    const Status over = WaitUntil("wait for", "the run", Soon(), [&] {
      const auto status = agent().IoState(Soon());
      if (!status.ok()) return status.error().ToString();
      return status->running ? status->ToString() : std::string();
    });
    EXPECT_TRUE(over.ok()) << over.error().ToString();
    auto entries = agent().FetchEntries(0, Soon());
    EXPECT_TRUE(entries.ok()) << entries.error().ToString();
    return entries.ok() ? *entries : std::vector<IoEntry>();
  }

  std::string disk_;
  std::optional<TemporaryDirectory> directory_;
  std::optional<AgentThread> thread_;
  std::optional<AgentClient> agent_;
};

TEST_F(AgentClientTest, DiskDescribesTheFile) {
  StartAgent();
  const auto disk = agent().Disk(Soon());
  ASSERT_OK(disk);
  EXPECT_EQ(disk->name, "storage.raw");
  EXPECT_EQ(disk->size_bytes, kDiskBytes);
  EXPECT_THAT(disk->inquiry, SizeIs(0)) << "a regular file has no INQUIRY data";
  EXPECT_EQ(disk->hctl, "") << "a regular file has no address";
}

TEST_F(AgentClientTest, WritesBlocksThatCanBeVerifiedOnTheDisk) {
  StartAgent();
  IoOptions options = Count(70);
  options.run_id = 9;
  options.first_sequence = 100;
  const auto entries = RunToTheEnd(options);
  ASSERT_THAT(entries, SizeIs(70));
  const auto content = ReadFile(disk_);
  ASSERT_OK(content);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].sequence, 100 + i);
    EXPECT_EQ(entries[i].block, i % 64);
    EXPECT_EQ(entries[i].error_number, 0);
    EXPECT_EQ(entries[i].bytes, 4096U);
    EXPECT_LE(entries[i].start_ns, entries[i].end_ns);
    if (i < 70 - 64) continue;  // these blocks were written again
    const char* block = content->data() + entries[i].block * 4096;
    EXPECT_EQ(DescribeContent(block, 4096),
              ToString(BlockIdentity{9, entries[i].block, 100 + i}) + ", checksum good");
    EXPECT_EQ(entries[i].checksum, BlockChecksum(block, 4096));
  }
}

TEST_F(AgentClientTest, ReadsTheContentOfTheDisk) {
  StartAgent();
  const auto written = RunToTheEnd(Count(3));
  IoOptions options = Count(3);
  options.kind = IoKind::kRead;
  const auto read = RunToTheEnd(options);
  ASSERT_THAT(read, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(read[i].checksum, written[i].checksum);
}

TEST_F(AgentClientTest, KeepsTheInterval) {
  StartAgent();
  IoOptions options = Count(6);
  options.interval = milliseconds(20);
  const auto entries = RunToTheEnd(options);
  ASSERT_THAT(entries, SizeIs(6));
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const GuestTime since_first(entries[i].start_ns - entries[0].start_ns);
    EXPECT_GT(since_first, milliseconds(20) * i - milliseconds(5));
  }
}

TEST_F(AgentClientTest, EntriesHaveTheErrnoOfAFailure) {
  disk_ = directory_->path();  // a directory cannot be written to
  StartAgent();
  const auto entries = RunToTheEnd(Count(2));
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[1].error_number, EISDIR);
  EXPECT_EQ(entries[1].checksum, 0U);
  const auto status = agent().IoState(Soon());
  ASSERT_OK(status);
  EXPECT_EQ(status->ToString(), "2 issued, 2 completed (2 failed), not running");
}

TEST_F(AgentClientTest, StopsARunWithoutMaxCount) {
  StartAgent();
  IoOptions options = Count(0);
  options.interval = std::chrono::minutes(1);
  ASSERT_OK(agent().StartIo(options, Soon()));
  const auto status = agent().StopIoAndWait(Soon());
  ASSERT_OK(status);
  EXPECT_FALSE(status->running);
  EXPECT_LE(status->issued, 1U);
}

/// A read lease (fcntl(2), F_SETLEASE): it blocks an open for writing until it is released.
class ReadLease {
 public:
  explicit ReadLease(const std::string& file) : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    ::signal(SIGIO, SIG_IGN);
    held_ = ::fcntl(fd_.get(), F_SETLEASE, F_RDLCK) == 0;
  }

  bool held() const { return held_; }
  bool Release() const { return ::fcntl(fd_.get(), F_SETLEASE, F_UNLCK) == 0; }

 private:
  UniqueFd fd_;
  bool held_ = false;
};

TEST_F(AgentClientTest, AnswersWhileTheDiskHangs) {
  StartAgent();
  ASSERT_OK(agent().Disk(Soon()));
  const ReadLease lease(disk_);
  if (!lease.held()) GTEST_SKIP() << "no leases on the file system of " << disk_;
  IoOptions options = Count(0);
  options.first_sequence = 77;
  ASSERT_OK(agent().StartIo(options, Soon()));
  const Status held = WaitUntil("wait for", "the held write", Soon(), [&] {
    const auto status = agent().IoState(Soon());
    return status.ok() && status->in_flight ? "" : "none in flight";
  });
  ASSERT_OK(held);

  const auto asked = agent().StopIo(Soon());
  ASSERT_OK(asked);
  EXPECT_TRUE(asked->running) << "the run ends after the hanging write";
  EXPECT_EQ(asked->in_flight_sequence, 77U);
  EXPECT_GE(asked->now, asked->in_flight_since);
  const auto waited = agent().StopIoAndWait(Deadline::InUnscaled(milliseconds(60)));
  ASSERT_FALSE(waited.ok());
  EXPECT_THAT(waited.error().ToString(), HasSubstr("deadline expired; last seen: 1 issued, 0 "
                                                   "completed (0 failed), sequence 77 in flight"));
  const Status again = agent().StartIo(options, Soon());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().error_number(), EBUSY);

  ASSERT_TRUE(lease.Release());
  const auto over = agent().StopIoAndWait(Soon());
  ASSERT_OK(over);
  EXPECT_EQ(over->completed, 1U);
}

TEST_F(AgentClientTest, ReportsTheOldestOfTheHangingIos) {
  StartAgent();
  ASSERT_OK(agent().Disk(Soon()));
  const ReadLease lease(disk_);
  if (!lease.held()) GTEST_SKIP() << "no leases on the file system of " << disk_;
  IoOptions options = Count(0);
  options.first_sequence = 77;
  options.queue_depth = 4;
  ASSERT_OK(agent().StartIo(options, Soon()));
  const Status held = WaitUntil("wait for", "four held writes", Soon(), [&] {
    const auto status = agent().IoState(Soon());
    return status.ok() && status->in_flight == 4 ? "" : "fewer in flight";
  });
  ASSERT_OK(held);
  const auto status = agent().StopIo(Soon());
  ASSERT_OK(status);
  EXPECT_EQ(status->in_flight_sequence, 77U);
  EXPECT_THAT(status->ToString(), HasSubstr("4 issued, 0 completed (0 failed), 4 in flight, "
                                            "sequence 77 in flight for 0."));
  ASSERT_TRUE(lease.Release());
  const auto over = agent().StopIoAndWait(Soon());
  ASSERT_OK(over);
  EXPECT_EQ(over->completed, 4U);
  EXPECT_EQ(over->in_flight, 0U);
}

TEST_F(AgentClientTest, WritesABlockThatFailedAgainUntilItSucceeds) {
  // Beyond this size a write to the file fails with EFBIG: block 3 and the next ones.
  LargestFile largest(3 * 4096);
  StartAgent();
  IoOptions options = Count(0);
  options.block_count = 4;
  options.interval = milliseconds(5);
  ASSERT_OK(agent().StartIo(options, Soon()));
  const Status failed = WaitUntil("wait for", "failures", Soon(), [&] {
    const auto status = agent().IoState(Soon());
    return status.ok() && status->failed >= 3 ? "" : "fewer than 3";
  });
  largest.Lift();
  ASSERT_OK(failed);
  const Status good = WaitUntil("wait for", "the next ones", Soon(), [&] {
    const auto status = agent().IoState(Soon());
    return status.ok() && status->completed - status->failed >= 8 ? "" : "fewer than 8";
  });
  ASSERT_OK(good);
  ASSERT_OK(agent().StopIoAndWait(Soon()));
  const auto entries = agent().FetchEntries(0, Soon());
  ASSERT_OK(entries);
  std::uint64_t turn = 0;
  bool again = false;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const IoEntry& entry = (*entries)[i];
    EXPECT_EQ(entry.sequence, i + 1) << "a retry has a sequence of its own";
    if (!again) ++turn;
    EXPECT_EQ(entry.block, (turn - 1) % 4) << "sequence " << entry.sequence;
    again = entry.error_number != 0;
    EXPECT_TRUE(!again || entry.block == 3U) << "block " << entry.block << " failed";
  }
}

TEST_F(AgentClientTest, DoesNotRetryIfNotAsked) {
  const LargestFile largest(3 * 4096);
  StartAgent();
  IoOptions options = Count(8);
  options.block_count = 4;
  options.retry = false;
  const auto entries = RunToTheEnd(options);
  ASSERT_THAT(entries, SizeIs(8));
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(entries[i].block, i % 4);
    EXPECT_EQ(entries[i].error_number, i % 4 == 3 ? EFBIG : 0);
  }
}

TEST_F(AgentClientTest, FlushesAndWritesDurablyInTurn) {
  StartAgent();
  IoOptions options = Count(32);
  options.block_count = 4;
  options.flush_every = 8;
  options.durable_every = 4;
  const auto entries = RunToTheEnd(options);
  ASSERT_THAT(entries, SizeIs(32));
  std::uint64_t turn = 0;
  for (const IoEntry& entry : entries) {
    EXPECT_EQ(entry.error_number, 0);
    if (entry.sequence % 8 == 0) {
      EXPECT_EQ(entry.kind, IoKind::kFlush);
      EXPECT_EQ(entry.bytes, 0U);
      continue;
    }
    EXPECT_EQ(entry.kind, entry.sequence % 4 == 2 ? IoKind::kDurableWrite : IoKind::kWrite);
    EXPECT_EQ(entry.block, turn++ % 4) << "a flush takes no block";
    EXPECT_EQ(entry.bytes, 4096U);
  }
}

TEST_F(AgentClientTest, FetchesFromAnyIndex) {
  StartAgent();
  RunToTheEnd(Count(10));
  const auto tail = agent().FetchEntries(8, Soon());
  ASSERT_OK(tail);
  ASSERT_THAT(*tail, SizeIs(2));
  EXPECT_EQ(tail->front().sequence, 9U);
  const auto none = agent().FetchEntries(1000, Soon());
  ASSERT_OK(none);
  EXPECT_THAT(*none, SizeIs(0));
}

TEST_F(AgentClientTest, FetchesMoreThanOneAnswerHolds) {
  StartAgent();
  const auto entries = RunToTheEnd(Count(4000));
  ASSERT_THAT(entries, SizeIs(4000));
  EXPECT_EQ(entries.back().sequence, 4000U);
}

TEST_F(AgentClientTest, RefusesImpossibleRequests) {
  StartAgent();
  IoOptions odd = Count(1);
  odd.block_bytes = 1000;
  EXPECT_THAT(agent().StartIo(odd, Soon()).error().ToString(),
              HasSubstr("the guest's agent refuses StartIo: the test's agent: start I/O: "
                        "block_bytes of 1000, allowed: a multiple of 512 up to 1048576: Invalid "
                        "argument"));
  IoOptions nowhere = Count(1);
  nowhere.block_count = 0;
  EXPECT_THAT(agent().StartIo(nowhere, Soon()).error().ToString(),
              HasSubstr("block_count of 0, allowed: 1 (queue_depth) or more"));
  IoOptions never = Count(1);
  never.interval = std::chrono::hours(2);
  EXPECT_THAT(agent().StartIo(never, Soon()).error().ToString(),
              HasSubstr("interval of 7200000000 us, allowed: 0 to 3600000000 us"));
  const auto log = agent().KernelLog(1000, Soon());
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().error_number(), ENOENT);
  EXPECT_THAT(log.error().ToString(), HasSubstr("open kernel log: /no/such/kmsg"));
}

TEST_F(AgentClientTest, RefusesEachOptionWithItsValueAndRange) {
  StartAgent();
  const auto refusal = [&](const std::function<void(IoOptions&)>& spoil) {
    IoOptions options = Count(1);
    spoil(options);
    const Status started = agent().StartIo(options, Soon());
    EXPECT_FALSE(started.ok());
    return started.ok() ? "" : started.error().ToString();
  };
  EXPECT_THAT(refusal([](IoOptions& o) { o.queue_depth = 0; }),
              HasSubstr("queue_depth of 0, allowed: 1 to 32"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.queue_depth = 33; }),
              HasSubstr("queue_depth of 33, allowed: 1 to 32"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.queue_depth = 8, o.block_count = 7; }),
              HasSubstr("block_count of 7, allowed: 8 (queue_depth) or more"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.read_percent = 101; }),
              HasSubstr("read_percent of 101, allowed: 0 to 100"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.read_percent = 5, o.kind = IoKind::kRead; }),
              HasSubstr("read_percent of 5, allowed: 0 for a run of reads"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.block_bytes = 0; }), HasSubstr("block_bytes of 0"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.flush_every = 1; }),
              HasSubstr("flush_every of 1, allowed: 0, or 2 or more"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.block_bytes = (1 << 20) + 512; }),
              HasSubstr("block_bytes of 1049088, allowed: a multiple of 512 up to 1048576"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.kind = static_cast<IoKind>(3); }),
              HasSubstr("kind of 3, allowed: 1 to 2"));
  EXPECT_THAT(refusal([](IoOptions& o) { o.first_block = ~std::uint64_t{0}; }),
              HasSubstr("first_block of 18446744073709551615, allowed: at most 8796093022207 "
                        "with block_count"));
  const auto status = agent().IoState(Soon());
  ASSERT_OK(status);
  EXPECT_EQ(status->ToString(), "0 issued, 0 completed (0 failed), not running");
}

TEST_F(AgentClientTest, KeepsQueueDepthIosInFlight) {
  StartAgent();
  IoOptions options = Count(3000);
  options.queue_depth = 8;
  options.block_count = 16;
  const auto entries = RunToTheEnd(options);
  ASSERT_THAT(entries, SizeIs(3000));
  std::set<std::uint64_t> sequences;
  for (const IoEntry& entry : entries) {
    sequences.insert(entry.sequence);
    EXPECT_EQ(entry.block, (entry.sequence - 1) % 16);
    EXPECT_EQ(entry.error_number, 0);
  }
  EXPECT_THAT(sequences, SizeIs(3000)) << "each sequence once";
  EXPECT_EQ(*sequences.rbegin(), 3000U);
}

TEST_F(AgentClientTest, NoTwoInFlightTouchTheSameBlock) {
  StartAgent();
  IoOptions options = Count(5000);
  options.queue_depth = 32;
  options.block_count = 32;
  options.block_bytes = 512;
  options.read_percent = 50;
  auto entries = RunToTheEnd(options);
  ASSERT_THAT(entries, SizeIs(5000));
  // In order of completion, each I/O on a block begins after the previous one has ended.
  std::map<std::uint64_t, const IoEntry*> last;
  for (const IoEntry& entry : entries) {
    const IoEntry*& before = last[entry.block];
    if (before != nullptr) {
      EXPECT_GE(entry.start_ns, before->end_ns);
      EXPECT_GT(entry.sequence, before->sequence);
    }
    before = &entry;
  }
}

TEST_F(AgentClientTest, MixesReadsByTheSequence) {
  StartAgent();
  IoOptions options = Count(1000);
  options.read_percent = 30;
  options.run_id = 5;
  const auto first = RunToTheEnd(options);
  const auto second = RunToTheEnd(options);
  ASSERT_THAT(first, SizeIs(1000));
  ASSERT_THAT(second, SizeIs(1000));
  std::map<std::uint64_t, std::uint64_t> written;
  int reads = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const IoEntry& entry = first[i];
    EXPECT_EQ(entry.kind, second[i].kind) << "sequence " << entry.sequence;
    if (entry.kind == IoKind::kWrite) {
      written[entry.block] = entry.sequence;
      EXPECT_EQ(entry.seen_state, 0U);
      continue;
    }
    ++reads;
    ASSERT_EQ(entry.kind, IoKind::kRead);
    if (written.count(entry.block) == 0) {
      EXPECT_EQ(entry.seen_state, static_cast<std::uint32_t>(BlockState::kZeros));
      continue;
    }
    EXPECT_EQ(entry.seen_state, static_cast<std::uint32_t>(BlockState::kWhole));
    EXPECT_EQ(entry.seen_run_id, 5U);
    EXPECT_EQ(entry.seen_block, entry.block);
    EXPECT_EQ(entry.seen_sequence, written[entry.block]);
  }
  EXPECT_GT(reads, 290);
  EXPECT_LT(reads, 310);
}

TEST_F(AgentClientTest, BlocksBeginAtTheOffset) {
  StartAgent();
  IoOptions options = Count(3);
  options.offset_sectors = 3;
  RunToTheEnd(options);
  const auto content = ReadFile(disk_);
  ASSERT_OK(content);
  EXPECT_EQ(content->substr(0, 3 * 512), std::string(3 * 512, '\0'));
  for (std::uint64_t block = 0; block < 3; ++block) {
    const char* data = content->data() + options.ByteOf(block);
    EXPECT_EQ(DescribeContent(data, 4096),
              ToString(BlockIdentity{1, block, block + 1}) + ", checksum good");
  }
}

TEST_F(AgentClientTest, TheErrorOfTheClockOffsetIsABound) {
  StartAgent();
  const auto offset = agent().MeasureClock(5, Soon());
  ASSERT_OK(offset);
  EXPECT_LE(std::chrono::abs(offset->guest_minus_ours), offset->error);
  EXPECT_LT(offset->error, seconds(1));
  const GuestTime one_second = seconds(1);
  EXPECT_EQ(offset->ToOurs(one_second + offset->guest_minus_ours).time_since_epoch(), seconds(1));
}

TEST_F(AgentClientTest, ANewClientFindsTheRunStillRunning) {
  StartAgent();
  IoOptions options = Count(0);
  options.interval = milliseconds(1);
  ASSERT_OK(agent().StartIo(options, Soon()));
  agent_.reset();
  Reconnect();
  const auto status = agent().StopIoAndWait(Soon());
  ASSERT_OK(status);
  const auto entries = agent().FetchEntries(0, Soon());
  ASSERT_OK(entries);
  EXPECT_THAT(*entries, SizeIs(status->completed));
}

TEST_F(AgentClientTest, ANewClientIsAnsweredAfterAnIncompleteRequest) {
  StartAgent();
  wire::StartIoRequest start{};
  const std::string request =
      wire::Encode({wire::MessageType::kStartIo, 1, wire::ToPayload(start)});
  for (const std::size_t torn : {std::size_t{3}, std::size_t{20}, request.size() - 1}) {
    const UniqueFd dying = thread_->NewClient();
    ASSERT_EQ(::send(dying.get(), request.data(), torn, 0), static_cast<ssize_t>(torn));
    Reconnect();
    EXPECT_TRUE(agent().IoState(Soon()).ok()) << "torn after " << torn;
  }
}

TEST_F(AgentClientTest, ANewClientSkipsTheAnswersToItsPredecessor) {
  StartAgent();
  RunToTheEnd(Count(1000));
  const std::string fetch =
      wire::Encode({wire::MessageType::kFetch, 1, wire::ToPayload(wire::FetchRequest{0, 1000, 0})});
  const UniqueFd dying = thread_->NewClient();
  ASSERT_GT(::send(dying.get(), fetch.data(), fetch.size(), 0), 0);
  ASSERT_GT(::send(dying.get(), fetch.data(), fetch.size(), 0), 0);
  // The previous client read the beginning of its answer, and died.
  pollfd entry{dying.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&entry, 1, 10000), 1);
  char some[100];
  ASSERT_EQ(::recv(dying.get(), some, sizeof(some), 0), 100);
  Reconnect();
  const auto status = agent().IoState(Soon());
  ASSERT_OK(status);
  EXPECT_EQ(status->completed, 1000U);
}

TEST_F(AgentClientTest, PutsFilesOfAnySize) {
  StartAgent();
  std::string large;
  for (int i = 0; i < 200000; ++i) large += static_cast<char>(i * 7 + i / 256);
  const std::string path = directory_->path() + "/new/directory/program";
  ASSERT_OK(agent().PutFile(path, 0755, large, Soon()));
  EXPECT_TRUE(*ReadFile(path) == large);
  EXPECT_EQ(::access(path.c_str(), X_OK), 0);
  ASSERT_OK(agent().PutFile(path, 0755, "short", Soon()));
  EXPECT_EQ(*ReadFile(path), "short") << "the old content is replaced";
  ASSERT_OK(agent().PutFile(path, 0755, "", Soon()));
  EXPECT_EQ(*ReadFile(path), "");
}

TEST_F(AgentClientTest, RefusesFilesThatCannotBeWritten) {
  StartAgent();
  const auto refusal = [&](const std::string& path) {
    const Status put = agent().PutFile(path, 0644, "x", Soon());
    return put.ok() ? "accepted" : put.error().ToString();
  };
  EXPECT_THAT(refusal("job.fio"),
              HasSubstr("refuses PutFile: the test's agent: put file: job.fio"));
  EXPECT_THAT(refusal(directory_->path()), HasSubstr("Is a directory"));
  EXPECT_EQ(
      refusal("/" + std::string(111, 'x')),
      "put a file into the guest: /" + std::string(111, 'x') + ": File name too long (errno 36)");
}

TEST_F(AgentClientTest, RunsAProgramAndReturnsItsExit) {
  StartAgent();
  const auto before = agent().ProgramState(Soon());
  ASSERT_OK(before);
  EXPECT_EQ(before->ToString(), "not started");

  ASSERT_OK(agent().RunProgram({"/bin/sh", "-c", "echo to $DISK; echo oops >&2; exit 3"},
                               {"DISK=/dev/sda"}, Soon()));
  ASSERT_OK(agent().EndProgram(0, Soon()));
  const auto after = agent().ProgramState(Soon());
  ASSERT_OK(after);
  EXPECT_EQ(after->exit.code, 3);
  EXPECT_EQ(after->ToString(), "exit status 3, 17 bytes of output");
  const auto output = agent().ProgramOutput(Soon());
  ASSERT_OK(output);
  EXPECT_EQ(*output, "to /dev/sda\noops\n");
}

TEST_F(AgentClientTest, ReturnsMoreOutputThanOneAnswerHolds) {
  StartAgent();
  ASSERT_OK(agent().RunProgram({"/bin/sh", "-c", "seq 100000"}, {"PATH=/bin:/usr/bin"}, Soon()));
  ASSERT_OK(agent().EndProgram(0, Soon()));
  const auto output = agent().ProgramOutput(Soon());
  ASSERT_OK(output);
  EXPECT_EQ(output->size(), 588895U);
  EXPECT_EQ(output->substr(output->size() - 7), "100000\n");
}

TEST_F(AgentClientTest, RunsOneProgramAtATimeAndEndsIt) {
  StartAgent();
  ASSERT_OK(agent().RunProgram({"/bin/sleep", "1000"}, {}, Soon()));
  const Status second = agent().RunProgram({"/bin/true"}, {}, Soon());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().error_number(), EBUSY);
  EXPECT_FALSE(agent().EndProgram(0, Deadline::InUnscaled(milliseconds(60))).ok());
  EXPECT_EQ(agent().ProgramState(Soon())->ToString(), "running, 0 bytes of output");

  ASSERT_OK(agent().EndProgram(SIGTERM, Soon()));
  const auto state = agent().ProgramState(Soon());
  ASSERT_OK(state);
  EXPECT_EQ(state->exit.ToString(), "killed by signal 15 (Terminated)");
  ASSERT_OK(agent().RunProgram({"/bin/true"}, {}, Soon()));
  ASSERT_OK(agent().EndProgram(SIGTERM, Soon()));
}

TEST_F(AgentClientTest, TheErrorNamesTheProgramThatCannotBeRun) {
  StartAgent();
  const Status missing = agent().RunProgram({"/no/such/program"}, {}, Soon());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().ToString(),
              HasSubstr("refuses RunProgram: the test's agent: run program: /no/such/program: No "
                        "such file or directory"));
  EXPECT_EQ(agent().ProgramState(Soon())->ToString(), "not started");
  EXPECT_EQ(agent().RunProgram({}, {"DISK=/dev/sda"}, Soon()).error().error_number(), EPROTO);
}

TEST_F(AgentClientTest, EndsAProgramThatFillsTheGuestsMemory) {
  StartAgent();
  ASSERT_OK(agent().RunProgram({"/bin/sh", "-c", "while :; do printf '%65536s' x; done"},
                               {"PATH=/bin:/usr/bin"}, Soon()));
  ASSERT_OK(agent().EndProgram(0, Soon()));
  const auto state = agent().ProgramState(Soon());
  ASSERT_OK(state);
  EXPECT_EQ(state->exit.signal, SIGXFSZ) << state->ToString();
  EXPECT_EQ(state->output_bytes, wire::kMaxProgramFile);
}

TEST(AgentClient, TheErrorReportsAMissingAnswer) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  UniqueFd other(ends[1]);
  const auto agent =
      AgentClient::Adopt(UniqueFd(ends[0]), "agent.sock", Deadline::InUnscaled(milliseconds(50)));
  ASSERT_FALSE(agent.ok());
  EXPECT_EQ(agent.error().ToString(),
            "ask the guest's agent: agent.sock for Hello: deadline expired; last answer: none");
}

TEST(AgentClient, TheErrorReportsThatQemuHasEnded) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  ::shutdown(ends[1], SHUT_WR);
  UniqueFd other(ends[1]);
  const auto agent = AgentClient::Adopt(UniqueFd(ends[0]), "agent.sock", Soon());
  ASSERT_FALSE(agent.ok());
  EXPECT_THAT(agent.error().ToString(), HasSubstr("the connection is closed: QEMU has ended"));
}

TEST(AgentClient, TheErrorNamesTheMissingSocket) {
  const auto agent =
      AgentClient::Connect("/no/such/agent.sock", Deadline::InUnscaled(milliseconds(10)));
  ASSERT_FALSE(agent.ok());
  EXPECT_EQ(agent.error().ToString(),
            "connect to the guest's agent: /no/such/agent.sock: No such file or directory (errno "
            "2)");
  const auto endless = AgentClient::Connect(std::string(200, 'x'), Soon());
  ASSERT_FALSE(endless.ok());
  EXPECT_EQ(endless.error().error_number(), ENAMETOOLONG);
}

}  // namespace
}  // namespace dualpath::guest
