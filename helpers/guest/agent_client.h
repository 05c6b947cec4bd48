#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/agent_channel.h"
#include "helpers/guest/wire/block_content.h"
#include "helpers/guest/wire/wire.h"
#include "helpers/process/process.h"
#include "helpers/scsi/command.h"
#include "helpers/scsi/completion.h"

namespace dualpath::guest {

using wire::IoEntry;
using wire::IoKind;

/// A time on the guest's CLOCK_MONOTONIC. `ClockOffset` converts it to ours.
using GuestTime = std::chrono::nanoseconds;

/// Returns the time in an answer, at most 2^60 ns (36 years), so that no difference of times that a
/// broken agent sends overflows.
GuestTime ToGuestTime(std::uint64_t ns);

/// The guest's view of the disk under test.
struct DiskInfo {
  std::string name;  ///< "sda" inside the guest; for messages only
  std::string hctl;  ///< "0:0:0:0" inside the guest; empty for virtio-blk, like all SCSI members
  std::string vendor;
  std::string model;
  std::string revision;
  std::string state;
  std::string wwid;
  std::string scheduler;
  std::uint64_t size_bytes = 0;
  std::uint32_t logical_block_bytes = 0;
  std::uint32_t physical_block_bytes = 0;
  std::uint32_t queue_depth = 0;
  std::uint32_t nr_requests = 0;
  std::uint32_t max_sectors_kb = 0;
  std::chrono::seconds timeout{0};    ///< SCSI command timeout
  std::vector<std::uint8_t> inquiry;  ///< standard INQUIRY data; SPC-4 6.4.2
  std::vector<std::uint8_t> vpd83;    ///< VPD page 0x83 with its header; SPC-4 7.8.6
};

/// Longest time that an I/O may take in a failover that neither fails nor queues it, on a real
/// machine; in the lab, times TimeScale(). Today the longest one is that of the write that meets
/// the fault, some tenths of a second in the lab (`longest_io_ms` of each case); multipathd reacts
/// to the uevent at once, so what takes longer has waited for a timer: a check (5 s), the retry of
/// a command, or multipathd itself.
inline constexpr std::chrono::milliseconds kPromised{500};

/// One run of I/O: by default verified writes, one at a time, at a steady rate. The agent refuses
/// an option out of range before it starts the run; the error names the option, its value and the
/// range.
struct IoOptions {
  IoKind kind = IoKind::kWrite;
  std::chrono::microseconds interval{100000};  ///< from start to start; 0: back to back
  std::uint32_t block_bytes = 4096;            ///< a multiple of 512, at most 1 MiB
  std::uint64_t first_block = 0;               ///< in units of block_bytes
  std::uint64_t block_count = 1024;            ///< number of blocks, which the run repeats
  std::uint64_t run_id = 1;  ///< stored in the blocks; unique among the runs if the caller sets it
  std::uint64_t first_sequence = 1;
  std::uint64_t max_count = 0;  ///< 0: until stopped

  /// Number of slots, 1 to 32 and at most block_count. Each issues one I/O at a time, at
  /// `interval`; no two in flight use the same block, so a slot whose next block is in use waits.
  std::uint32_t queue_depth = 1;

  /// Percentage of I/Os, 0 to 100, that are reads instead of `kind`. Which ones depends only on
  /// sequence and run_id (wire::IsRead).
  std::uint32_t read_percent = 0;

  /// Block n begins at n * block_bytes + offset_sectors * 512. I/O that is not aligned to its size
  /// crosses the limits of the devices below, where they split it.
  std::uint32_t offset_sectors = 0;

  /// Repeats a failed write on its block, with new content, until a write succeeds, as applications
  /// do: the first time at once, then at `interval`. A failed write that reaches the disk late then
  /// overwrites newer data.
  bool retry = true;

  /// One of every `flush_every` I/Os, 2 or more, is a flush (fdatasync: SYNCHRONIZE CACHE), and one
  /// of every `durable_every` writes is a durable one (O_DSYNC: FUA, then a flush); 0: none.
  std::uint32_t flush_every = 0;
  std::uint32_t durable_every = 0;

  /// Longest time that the stack promises for an I/O of this run, times TimeScale(). Judged by
  /// CompletedWithoutErrors and FailedExactlyBetween.
  std::chrono::milliseconds limit = kPromised;

  /// Returns the block's offset on the disk.
  std::uint64_t ByteOf(std::uint64_t block) const {
    return block * block_bytes + std::uint64_t{offset_sectors} * kSectorBytes;
  }
};

/// Writes for a case that breaks something: 4 KiB every `interval` to few blocks, so that each is
/// written again every 16 intervals. A write that was reported as failed and arrives late, or one
/// that is replayed, then overwrites newer data. Flushes and durable writes take turns, one of them
/// in each half of that time.
IoOptions VerifiedWrites(std::chrono::microseconds interval = std::chrono::milliseconds(200));

/// Progress of a run of I/O.
struct IoStatus {
  std::uint64_t issued = 0;
  std::uint64_t completed = 0;  ///< with or without error
  std::uint64_t failed = 0;
  bool running = false;                  ///< started and not ended; true while I/O hangs
  std::uint32_t in_flight = 0;           ///< number of I/Os issued and not completed
  std::uint64_t in_flight_sequence = 0;  ///< sequence of the oldest I/O in flight
  GuestTime in_flight_since{0};          ///< start of the oldest I/O in flight
  GuestTime now{0};                      ///< time of the agent's answer

  /// "12 issued, 10 completed (1 failed), 2 in flight, sequence 11 in flight for 3.2 s, running".
  std::string ToString() const;
};

/// State of the last program run in the guest.
struct ProgramStatus {
  bool started = false;  ///< false: no program was run since the guest booted
  bool running = false;
  process::Exit exit;              ///< valid if not running
  std::uint64_t output_bytes = 0;  ///< size of the output so far

  /// "running, 120 bytes of output".
  std::string ToString() const;
};

/// Offset between the guest's CLOCK_MONOTONIC and ours.
struct ClockOffset {
  std::chrono::nanoseconds guest_minus_ours{0};
  std::chrono::nanoseconds error{0};  ///< bound of the error, in either direction

  Deadline::Clock::time_point ToOurs(GuestTime time) const {
    return Deadline::Clock::time_point(
        std::chrono::duration_cast<Deadline::Clock::duration>(time - guest_minus_ours));
  }
};

/// A SCSI command that the guest's agent has started.
struct StartedCommand {
  std::string name;
  std::uint64_t tag = 0;  ///< distinguishes it from all other commands, of any client
};

/// Progress of a SCSI command.
struct CommandStatus {
  std::optional<scsi::Completion> completion{};  ///< empty while the command is in flight
  std::chrono::nanoseconds in_flight_for{0};     ///< time since its start, until its end or now
};

/// The client of the agent inside the guest (images/guest/agent), over the unix socket of the
/// virtio-serial channel. The agent only answers requests, so a client may be destroyed and another
/// one connected at any time, even by another process; the run in the guest continues.
///
/// The agent answers every request immediately, even while the disk hangs; an expired deadline
/// means that the guest itself is not running.
class AgentClient {
 public:
  /// Waits for the socket, and until the guest has booted and started the agent.
  static Result<AgentClient> Connect(const std::string& socket_path, Deadline deadline);

  /// Like `Connect`, but on a connected stream socket, which messages refer to as `name`.
  static Result<AgentClient> Adopt(UniqueFd socket, const std::string& name, Deadline deadline);

  /// Waits until the guest's disk has appeared and answered its INQUIRY, and describes it.
  Result<DiskInfo> Disk(Deadline deadline);

  /// Waits until the guest has lost its disk.
  Status AwaitNoDisk(Deadline deadline);

  /// Starts a run, with an empty list of entries. EBUSY while another run has not ended.
  Status StartIo(const IoOptions& options, Deadline deadline);

  Result<IoStatus> IoState(Deadline deadline);

  /// Asks the run to end after the I/Os in flight, without waiting for them.
  Result<IoStatus> StopIo(Deadline deadline);

  /// Like `StopIo`, but also waits for the end of the run.
  Result<IoStatus> StopIoAndWait(Deadline deadline);

  /// Returns an entry for each I/O of the run, in order of completion, starting at index
  /// `from_index`.
  Result<std::vector<IoEntry>> FetchEntries(std::uint64_t from_index, Deadline deadline);

  /// Starts a SCSI command on the guest's disk, with SG_IO in the guest, in parallel with any run
  /// of I/O. EBUSY while another command is in flight.
  Result<StartedCommand> StartScsi(const scsi::Command& command, Deadline deadline);

  /// Returns an `Error` only if the command was not sent or another one has been started since; a
  /// failure of the command is in the completion.
  Result<CommandStatus> ScsiResult(const StartedCommand& command, Deadline deadline);

  /// Waits for the command's end. It continues if the deadline expires.
  Result<scsi::Completion> AwaitScsi(const StartedCommand& command, Deadline deadline);

  /// Returns the end of the guest's kernel log, formatted like dmesg.
  Result<std::string> KernelLog(std::size_t max_bytes, Deadline deadline);

  /// Writes a file into the guest's file system, which is RAM and lasts until the guest ends.
  /// `path` is absolute; missing directories are created. Replaces an existing file.
  Status PutFile(const std::string& path, unsigned mode, const std::string& content,
                 Deadline deadline);

  /// Starts a program of the guest's file system: `argv[0]` is its file name, `environment` its
  /// whole environment. EBUSY while another program has not ended.
  Status RunProgram(const std::vector<std::string>& argv,
                    const std::vector<std::string>& environment, Deadline deadline);

  Result<ProgramStatus> ProgramState(Deadline deadline);

  /// Returns the program's output so far, standard output and standard error interleaved.
  Result<std::string> ProgramOutput(Deadline deadline);

  /// Sends a signal to the program, if it runs (0: none), and waits for its end. A program that
  /// waits for a hanging disk does not end before the disk's I/O does.
  Status EndProgram(int signal, Deadline deadline);

  /// Measures the offset in several exchanges; the one with the shortest round trip has the
  /// smallest error.
  Result<ClockOffset> MeasureClock(int exchanges, Deadline deadline);

 private:
  explicit AgentClient(AgentChannel channel);

  Result<std::string> AskProgram(const wire::ProgramStateRequest& request, ProgramStatus& status,
                                 Deadline deadline);

  AgentChannel channel_;
};

}  // namespace dualpath::guest
