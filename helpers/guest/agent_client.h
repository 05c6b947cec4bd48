#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/wire/block_content.h"
#include "helpers/guest/wire/frame.h"
#include "helpers/guest/wire/wire.h"
#include "helpers/process/process.h"
#include "helpers/scsi/command.h"
#include "helpers/scsi/completion.h"

namespace dualpath::guest {

using wire::IoKind;
using wire::IoRecord;

/// A point on the guest's CLOCK_MONOTONIC. Only `ClockOffset` can compare it with ours.
using GuestTime = std::chrono::nanoseconds;

/// The guest's view of the disk under test.
struct DiskInfo {
  std::string name;  ///< "sda" inside the guest; for messages only
  std::string hctl;  ///< "0:0:0:0" inside the guest; empty for virtio-blk, as what follows of SCSI
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
  std::chrono::seconds timeout{0};    ///< of a SCSI command
  std::vector<std::uint8_t> inquiry;  ///< standard INQUIRY data, as the disk gave it; SPC-4 6.4.2
  std::vector<std::uint8_t> vpd83;    ///< VPD page 0x83 whole, header included; SPC-4 7.8.6
};

/// One run of I/O: by default verified writes, one after the other, at a steady rate. What is not
/// allowed the agent refuses before it starts anything, naming the option, its value and the range.
struct IoOptions {
  IoKind kind = IoKind::kWrite;
  std::chrono::microseconds interval{100000};  ///< from start to start; 0: back to back
  std::uint32_t block_bytes = 4096;            ///< a multiple of 512, at most 1 MiB
  std::uint64_t first_block = 0;               ///< in units of block_bytes
  std::uint64_t block_count = 1024;            ///< the run goes round and round in these
  std::uint64_t run_id = 1;  ///< marks the blocks as this run's; one of its own is for the caller
  std::uint64_t first_sequence = 1;
  std::uint64_t max_count = 0;  ///< 0: until stopped

  /// So many slots, 1 to 32, each with the interval of its own, keep as many I/Os in flight, each
  /// on a block that none of the others touches; a slow one is waited for when the round has come
  /// to its block again. block_count must not be less.
  std::uint32_t queue_depth = 1;

  /// Of a hundred I/Os so many, 0 to 100, are reads in place of `kind`; which ones follows from
  /// their sequence and the run alone (wire::IsRead).
  std::uint32_t read_percent = 0;

  /// Block n begins at n * block_bytes + offset_sectors * 512: I/O that is not aligned to its size
  /// straddles what the devices below it have their limits at.
  std::uint32_t offset_sectors = 0;

  /// Where the block is on the disk.
  std::uint64_t ByteOf(std::uint64_t block) const {
    return block * block_bytes + std::uint64_t{offset_sectors} * kSectorBytes;
  }
};

/// How far the run is.
struct IoStatus {
  std::uint64_t issued = 0;
  std::uint64_t completed = 0;  ///< with or without error
  std::uint64_t failed = 0;
  bool running = false;         ///< started and not over; a run whose I/O hangs stays running
  std::uint32_t in_flight = 0;  ///< so many I/Os were issued and have not come back
  std::uint64_t in_flight_sequence = 0;  ///< of the one that was issued first
  GuestTime in_flight_since{0};          ///< since when that one is
  GuestTime now{0};                      ///< when the agent answered

  /// "12 issued, 10 completed (1 failed), 2 in flight, sequence 11 in flight for 3.2 s, running".
  std::string ToString() const;
};

/// How far the program is that was run in the guest.
struct ProgramStatus {
  bool started = false;  ///< one was run since the guest has booted
  bool running = false;
  process::Exit exit;              ///< meaningful unless it is running
  std::uint64_t output_bytes = 0;  ///< so far

  /// "running, 120 bytes of output".
  std::string ToString() const;
};

/// How the guest's clock relates to ours (CLOCK_MONOTONIC both).
struct ClockOffset {
  std::chrono::nanoseconds guest_minus_ours{0};
  std::chrono::nanoseconds error{0};  ///< the truth is within this much either way

  Deadline::Clock::time_point ToOurs(GuestTime time) const {
    return Deadline::Clock::time_point(
        std::chrono::duration_cast<Deadline::Clock::duration>(time - guest_minus_ours));
  }
};

/// A SCSI command that the guest's agent has begun.
struct StartedCommand {
  std::string name;
  std::uint64_t tag = 0;  ///< tells it from other commands, by other clients too
};

/// How far it is.
struct CommandStatus {
  std::optional<scsi::Completion> completion{};  ///< nothing while the command is in flight
  std::chrono::nanoseconds in_flight_for{0};     ///< until now, or until its end
};

/// The client of the agent inside the guest (images/guest/agent), over the unix socket of the
/// virtio-serial channel. The agent only answers, so an AgentClient may be dropped and another one
/// connected at any time, by another process too: the run in the guest goes on meanwhile.
///
/// Every request is answered at once, whatever the disk does; a deadline that expires means that
/// the guest itself does not run.
class AgentClient {
 public:
  /// Waits for the socket, and for the guest to have booted as far as the agent.
  static Result<AgentClient> Connect(const std::string& socket_path, Deadline deadline);

  /// As `Connect`, on a connected stream socket. `name` stands for it in messages.
  static Result<AgentClient> Adopt(UniqueFd socket, const std::string& name, Deadline deadline);

  /// The disk that is in the guest now: waits until it has appeared and answered its INQUIRY.
  Result<DiskInfo> Disk(Deadline deadline);

  /// Waits until the guest has lost its disk.
  Status AwaitNoDisk(Deadline deadline);

  /// Starts a new list of records. EBUSY while the run before is not over.
  Status StartIo(const IoOptions& options, Deadline deadline);

  Result<IoStatus> IoState(Deadline deadline);

  /// Asks the run to end after the I/Os in flight. Does not wait for them: they may be held for
  /// long.
  Result<IoStatus> StopIo(Deadline deadline);

  /// `StopIo`, and waits until the run is over.
  Result<IoStatus> StopIoAndWait(Deadline deadline);

  /// The run's records from that index on, in order of completion.
  Result<std::vector<IoRecord>> FetchRecords(std::uint64_t from_index, Deadline deadline);

  /// Begins a SCSI command on the guest's disk, by SG_IO in the guest, besides any run of I/O.
  /// EBUSY while another one is in flight: there is one at a time.
  Result<StartedCommand> StartScsi(const scsi::Command& command, Deadline deadline);

  /// An `Error` only if the command was never sent, or another one has been begun since: whatever
  /// became of it is in the completion.
  Result<CommandStatus> ScsiResult(const StartedCommand& command, Deadline deadline);

  /// Waits for the command's end. If the deadline expires before, the command goes on.
  Result<scsi::Completion> AwaitScsi(const StartedCommand& command, Deadline deadline);

  /// The end of the guest's kernel log, as dmesg prints it.
  Result<std::string> KernelLog(std::size_t max_bytes, Deadline deadline);

  /// Writes a file into the guest's file system, which is RAM and lasts until the guest ends.
  /// `path` is absolute; missing directories are made. A file that is there is replaced.
  Status PutFile(const std::string& path, unsigned mode, const std::string& content,
                 Deadline deadline);

  /// Runs a program of the guest's file system: `argv[0]` is its path, and its environment is what
  /// is given and nothing else. EBUSY while the program before is not over.
  Status RunProgram(const std::vector<std::string>& argv,
                    const std::vector<std::string>& environment, Deadline deadline);

  Result<ProgramStatus> ProgramState(Deadline deadline);

  /// What the program has said so far, standard output and standard error as they came.
  Result<std::string> ProgramOutput(Deadline deadline);

  /// Sends the program a signal, if it runs, and waits until it is over. One that waits for a disk
  /// that hangs is not over before that disk is.
  Status EndProgram(int signal, Deadline deadline);

  /// The best of several exchanges: the one with the shortest round trip bounds the error.
  Result<ClockOffset> MeasureClock(int exchanges, Deadline deadline);

 private:
  AgentClient(UniqueFd socket, std::string name);

  Result<std::string> Ask(wire::MessageType type, std::string payload, Deadline deadline);
  template <typename Answer>
  Result<Answer> AskFor(wire::MessageType type, std::string payload, Deadline deadline);
  Result<wire::HelloAnswer> AskHello(Deadline deadline);
  Result<std::string> AskProgram(const wire::ProgramStateRequest& request, ProgramStatus& status,
                                 Deadline deadline);
  Status Send(const std::string& bytes, Deadline deadline);
  Result<wire::Message> Receive(wire::MessageType type, Deadline deadline);
  Error NoAnswer(wire::MessageType type, const std::string& reason) const;

  UniqueFd socket_;
  std::string name_;
  wire::FrameReader reader_;
  std::uint32_t last_request_ = 0;
  std::string last_answer_ = "none";
  Deadline::Clock::time_point last_answer_at_{};
};

}  // namespace dualpath::guest
