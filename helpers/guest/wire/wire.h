#pragma once

#include <cstdint>
#include <type_traits>

/// Protocol between the guest's agent and its client on the virtio-serial channel
/// `org.dualpath.agent.0`.
///
/// The agent only answers requests, since a write to a virtio-serial port blocks while no client is
/// connected, and clients come and go. A request is one frame; its answer is one frame with the
/// same `request_id`. Numbers are little-endian, structs have no padding.
///
/// A client that dies while sending leaves an incomplete frame. Both sides therefore search for the
/// next whole frame (FrameReader). A new client begins with a Hello and skips all answers to its
/// predecessor, until the answer with its nonce.
namespace dualpath::guest::wire {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire format is the memory layout");

inline constexpr char kChannelName[] = "org.dualpath.agent.0";
inline constexpr std::uint16_t kProtocolVersion = 3;
inline constexpr std::uint32_t kFrameMagic = 0x46505544;  // "DUPF"
inline constexpr std::uint32_t kMaxPayload = 256 * 1024;

enum class MessageType : std::uint16_t {
  kHello = 1,      ///< HelloRequest -> HelloAnswer
  kDisk = 2,       ///< nothing -> DiskAnswer; ENODEV, or EAGAIN before the INQUIRY
  kStartIo = 3,    ///< StartIoRequest -> IoState; EBUSY while a run has not ended
  kStopIo = 4,     ///< nothing -> IoState: asks the run to end, without waiting
  kIoState = 5,    ///< nothing -> IoState
  kFetch = 6,      ///< FetchRequest -> FetchAnswer, then `count` IoEntry structs
  kKernelLog = 7,  ///< KernelLogRequest -> the text
  kStartScsi =
      10,  ///< StartScsiRequest, then the data out -> nothing; EBUSY while one is in flight
  kScsiResult = 11,  ///< nothing -> ScsiResult, then the data in; ENODATA if there was no command
  kPutFile = 12,     ///< PutFileRequest, then the bytes -> nothing
  kRunProgram = 13,  ///< RunProgramRequest, then its strings -> ProgramState; EBUSY while one runs
  kProgramState = 14,  ///< ProgramStateRequest -> ProgramState, then output starting at that offset
  kFailed = 255,       ///< answer to any request: Failure
};

struct FrameHeader {
  std::uint32_t magic;
  MessageType type;
  std::uint16_t reserved;
  std::uint32_t request_id;
  std::uint32_t length;    ///< size of the payload that follows
  std::uint32_t checksum;  ///< CRC-32C of this header, checksum zero, and the payload
};

struct Failure {
  std::int32_t error_number;
  char reason[252];  ///< "operation: object: reason"
};

struct HelloRequest {
  std::uint64_t nonce;
  std::uint32_t protocol_version;
  std::uint32_t reserved;
};

struct HelloAnswer {
  std::uint64_t nonce;
  std::uint64_t monotonic_ns;  ///< guest CLOCK_MONOTONIC at the answer
  std::uint64_t started_ns;    ///< the same clock at the start of the agent
  std::uint32_t protocol_version;
  std::uint32_t reserved;
  char kernel_release[64];
  char agent_version[16];
};

inline constexpr std::uint32_t kNoScsiHost = ~std::uint32_t{0};  ///< not a SCSI disk

struct DiskAnswer {
  std::uint64_t size_bytes;
  std::uint32_t logical_block_bytes;
  std::uint32_t physical_block_bytes;
  std::uint32_t host, channel, target, lun;  ///< H:C:T:L inside the guest, or `host` is kNoScsiHost
  std::uint32_t queue_depth;
  std::uint32_t nr_requests;
  std::uint32_t max_sectors_kb;
  std::uint32_t timeout_seconds;
  char name[32];  ///< kernel name inside the guest, or DiskOptions::path
  char vendor[16];
  char model[24];
  char revision[8];
  char state[16];  ///< "running"
  char scheduler[64];
  char wwid[160];
  std::uint32_t
      inquiry_bytes;          ///< valid bytes of `inquiry`, standard INQUIRY via SG_IO; 0: refused
  std::uint32_t vpd83_bytes;  ///< valid bytes of `vpd83`, VPD page 0x83 via SG_IO; 0: refused
  std::uint8_t inquiry[96];
  std::uint8_t vpd83[256];
};

enum class IoKind : std::uint32_t {
  kWrite = 1,         ///< a verified block (block_content.h)
  kRead = 2,          ///< any content; the entry describes what was read
  kDurableWrite = 3,  ///< like kWrite, with O_DSYNC: the disk must not keep it in its cache only
  kFlush = 4,         ///< fdatasync, which sends SYNCHRONIZE CACHE; has no block
};

/// Returns whether an I/O changes its block.
constexpr bool IsWrite(IoKind kind) {
  return kind == IoKind::kWrite || kind == IoKind::kDurableWrite;
}

/// The n-th I/O in order of issue has sequence first_sequence + n. An I/O is
///   - the retry of the write of its slot that failed before, if `retry`: on the same block, with a
///     new sequence and so with new content. The first retry is issued at once, the next ones at
///     the interval. Until one succeeds, no other slot uses the block;
///   - else of the kind that KindOf returns, and unless that is a flush, on the block after that of
///     the last I/O that was no retry, from first_block on and from the last one to the first.
/// No two in flight go to the same block: a slow one delays the next one to its block.
struct StartIoRequest {
  IoKind kind;                ///< kWrite or kRead
  std::uint32_t interval_us;  ///< from start to start of each slot of the queue; 0: back to back
  std::uint32_t block_bytes;  ///< a multiple of 512, up to kMaxBlockBytes
  std::uint32_t queue_depth;  ///< most I/Os in flight: 1 to kMaxQueueDepth, at most block_count
  std::uint64_t first_block;  ///< in units of `block_bytes`
  std::uint64_t block_count;
  std::uint64_t run_id;
  std::uint64_t first_sequence;
  std::uint64_t max_count;       ///< 0: until stopped
  std::uint32_t read_percent;    ///< percentage of reads instead of `kind` (see IsRead)
  std::uint32_t offset_sectors;  ///< block n begins at n * block_bytes + offset_sectors * 512
  std::uint32_t flush_every;     ///< one I/O of this many is a flush; 0: none
  std::uint32_t durable_every;   ///< one write of this many is a durable one; 0: none
  std::uint32_t retry;           ///< 1: repeats a failed write on its block until one succeeds
  std::uint32_t reserved;
};

inline constexpr std::uint32_t kMaxBlockBytes = 1024 * 1024;
inline constexpr std::uint32_t kMaxQueueDepth = 32;

/// Returns whether an I/O of a run is one of its `read_percent` reads; agent and client agree on
/// it.
inline bool IsRead(const StartIoRequest& request, std::uint64_t sequence) {
  // Multiples of the golden ratio are spread evenly from any start.
  const std::uint64_t spread = (request.run_id + sequence) * 0x9E3779B97F4A7C15U;
  return (spread >> 32) * 100 >> 32 < request.read_percent;
}

/// Returns the kind of an I/O that is no retry; agent and client agree on it. A retry is a write,
/// durable or not as this sequence would be.
inline IoKind KindOf(const StartIoRequest& request, std::uint64_t sequence) {
  const auto is_turn = [sequence](std::uint32_t every, std::uint32_t turn) {
    return every > 0 && sequence % every == turn;
  };
  if (is_turn(request.flush_every, 0)) return IoKind::kFlush;
  if (request.kind == IoKind::kRead || IsRead(request, sequence)) return IoKind::kRead;
  // Half a period away from a flush of the same rhythm, which would make it durable anyway.
  return is_turn(request.durable_every, request.durable_every / 2) ? IoKind::kDurableWrite
                                                                   : IoKind::kWrite;
}

struct IoState {
  std::uint64_t issued;
  std::uint64_t completed;  ///< with or without error; the number of entries to fetch
  std::uint64_t failed;
  std::uint64_t in_flight_sequence;  ///< sequence of the oldest I/O in flight
  std::uint64_t in_flight_since_ns;  ///< guest CLOCK_MONOTONIC
  std::uint64_t now_ns;
  std::uint32_t running;    ///< 1 from the start to the end of a run, even while I/O hangs
  std::uint32_t in_flight;  ///< number of I/Os in flight
};

inline constexpr std::uint32_t kMaxEntries = 1600;  ///< in one answer

struct FetchRequest {
  std::uint64_t from_index;  ///< index among the run's entries, in order of completion
  std::uint32_t max;         ///< at most kMaxEntries; fewer entries in the answer are the last ones
  std::uint32_t reserved;
};

struct FetchAnswer {
  std::uint64_t from_index;
  std::uint32_t count;
  std::uint32_t reserved;
};

/// One I/O that has completed.
struct IoEntry {
  std::uint64_t sequence;
  std::uint64_t block;        ///< 0 for a flush
  IoKind kind;                ///< see KindOf
  std::int32_t error_number;  ///< errno, 0 for success
  std::uint64_t start_ns;     ///< guest CLOCK_MONOTONIC
  std::uint64_t end_ns;
  std::uint32_t checksum;  ///< BlockChecksum of the data written or read; 0 after an error
  std::uint32_t bytes;     ///< transferred
  /// BlockFinding (block_content.h) of a read without error; else zeros.
  std::uint64_t seen_run_id;
  std::uint64_t seen_block;
  std::uint64_t seen_sequence;
  std::uint32_t seen_state;
  std::uint32_t seen_first_wrong_byte;
  std::uint32_t seen_only_writes;
  std::uint32_t seen_other_count;
  struct {
    std::uint64_t run_id, block, sequence;
  } seen_others[3];
};

enum class ScsiDirection : std::uint32_t { kNone = 0, kIn = 1, kOut = 2 };

inline constexpr std::uint32_t kMaxCdbBytes = 32;
inline constexpr std::uint32_t kMaxScsiBytes = kMaxPayload - 4096;  ///< size of the data, in or out

struct StartScsiRequest {
  std::uint64_t tag;  ///< chosen by the client; returned with the result
  ScsiDirection direction;
  std::uint32_t transfer_bytes;  ///< size of the data in or out
  std::uint32_t timeout_ms;      ///< timeout of SG_IO; virtio-scsi never times a command out
  std::uint32_t cdb_bytes;
  std::uint8_t cdb[kMaxCdbBytes];
};

/// Result of the last command. Before its end all but `tag`, `in_flight` and the times is zero.
struct ScsiResult {
  std::uint64_t tag;
  std::uint64_t start_ns;  ///< guest CLOCK_MONOTONIC
  std::uint64_t end_ns;
  std::uint64_t now_ns;
  std::uint32_t in_flight;         ///< 0 or 1
  std::int32_t open_error_number;  ///< errno if the disk could not be opened
  std::int32_t error_number;       ///< errno of the ioctl; 0: the following members are valid
  std::int32_t residual;           ///< bytes of `transfer_bytes` not transferred
  std::uint8_t status;             ///< SCSI status byte
  std::uint8_t sense_bytes;        ///< valid bytes of `sense`
  std::uint16_t host_status;       ///< DID_*
  std::uint16_t driver_status;
  std::uint16_t reserved;
  std::uint8_t sense[96];
};

struct KernelLogRequest {
  std::uint32_t max_bytes;
  std::uint32_t reserved;
};

/// A part of a file of the guest's RAM file system.
struct PutFileRequest {
  std::uint64_t offset;  ///< 0: replaces the file
  std::uint32_t mode;    ///< mode of a new file: 0755
  std::uint32_t reserved;
  char path[112];  ///< absolute; missing directories are created
};

/// Counts of the strings that follow, each with a NUL at its end: the arguments, the first of which
/// is the program's file name, then the environment as NAME=VALUE.
struct RunProgramRequest {
  std::uint32_t arguments;
  std::uint32_t variables;
};

struct ProgramStateRequest {
  std::uint64_t output_offset;
  std::uint32_t max_bytes;  ///< limit of the output
  std::uint32_t signal;     ///< signal to send first, if the program runs; 0: none
};

struct ProgramState {
  std::uint64_t output_bytes;  ///< standard output and standard error so far, interleaved
  std::int32_t pid;            ///< 0: no program was run
  std::uint32_t running;
  std::int32_t exit_code;    ///< valid if not `running`
  std::int32_t exit_signal;  ///< 0: not killed by a signal
};

/// Limit of any file that a program writes in the guest, including its output, since files are in
/// RAM. SIGXFSZ ends a program that exceeds it.
inline constexpr std::uint64_t kMaxProgramFile = std::uint64_t{16} << 20;

template <typename T, std::size_t kBytes>
inline constexpr bool kFitsWire = sizeof(T) == kBytes&& std::is_trivially_copyable_v<T>;

static_assert(kFitsWire<FrameHeader, 20>);
static_assert(kFitsWire<Failure, 256>);
static_assert(kFitsWire<HelloRequest, 16>);
static_assert(kFitsWire<HelloAnswer, 112>);
static_assert(kFitsWire<DiskAnswer, 728>);
static_assert(kFitsWire<StartIoRequest, 80>);
static_assert(kFitsWire<IoState, 56>);
static_assert(kFitsWire<FetchRequest, 16>);
static_assert(kFitsWire<FetchAnswer, 16>);
static_assert(sizeof(FetchAnswer) + kMaxEntries * sizeof(IoEntry) <= kMaxPayload);
static_assert(kFitsWire<IoEntry, 160>);
static_assert(kFitsWire<StartScsiRequest, 56>);
static_assert(kFitsWire<ScsiResult, 152>);
static_assert(kFitsWire<KernelLogRequest, 8>);
static_assert(kFitsWire<PutFileRequest, 128>);
static_assert(kFitsWire<RunProgramRequest, 8>);
static_assert(kFitsWire<ProgramStateRequest, 16>);
static_assert(kFitsWire<ProgramState, 24>);

}  // namespace dualpath::guest::wire
