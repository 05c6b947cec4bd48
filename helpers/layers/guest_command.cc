#include "helpers/layers/guest_command.h"

#include <map>
#include <system_error>
#include <utility>

#include "helpers/scsi/bytes.h"

namespace dualpath::layers {
namespace {

using observe::TraceEvent;

/// Error of the measured difference between QEMU's clock and the kernel trace's.
constexpr Moment kClockError{500};

/// Returns the LBA of READ and WRITE (10) and (16): SBC-3, 5.10 to 5.32. It equals QEMU's sector
/// number if a logical block has 512 bytes.
std::optional<std::uint64_t> LbaOf(const std::vector<std::uint8_t>& cdb) {
  if (cdb.size() < 10) return std::nullopt;
  if (cdb[0] == 0x28 || cdb[0] == 0x2a) return scsi::Get(cdb, 2, 4);
  if (cdb[0] == 0x88 || cdb[0] == 0x8a) return scsi::Get(cdb, 2, 8);
  return std::nullopt;
}

/// Returns the event's CDB, or null if it has none, like a failed request.
const std::vector<std::uint8_t>* CdbOf(const TraceEvent& event) {
  const std::vector<std::uint8_t>* cdb = nullptr;
  if (const auto* done = std::get_if<observe::ScsiDone>(&event.event)) cdb = &done->cdb;
  if (const auto* refused = std::get_if<observe::ScsiRefused>(&event.event)) cdb = &refused->cdb;
  if (const auto* sg_io = std::get_if<observe::SgIoReturn>(&event.event)) cdb = &sg_io->cdb;
  return cdb == nullptr || cdb->empty() ? nullptr : cdb;
}

bool Belongs(const TraceEvent& event, const GuestCommand& command, const SgIo& sg_io) {
  const Moment at{event.monotonic_us};
  if (at + kClockError < sg_io.issued) return false;
  if (sg_io.returned && at > *sg_io.returned + kClockError) return false;
  const auto* cdb = CdbOf(event);
  if (cdb == nullptr) return event.task != "multipathd";
  if (cdb->front() != command.opcode) return false;
  const auto lba = LbaOf(*cdb);
  return !lba || !command.sector || *lba == *command.sector;
}

/// Builds the guest's commands from QEMU's trace events.
class Follower {
 public:
  void Add(const observe::QemuTraceEvent& event, Moment at) {
    at_ = at;
    std::visit([this](const auto& alternative) { On(alternative); }, event.event);
  }

  std::vector<GuestCommand> commands;

 private:
  void On(const observe::VirtioScsiRequest& request) {
    GuestCommand command;
    command.opcode = request.opcode;
    command.begun = at_;
    by_tag_[request.tag] = commands.size();
    commands.push_back(std::move(command));
  }
  void On(const observe::SgIoSubmission& submission) {
    const auto command = by_tag_.find(submission.tag);
    submitting_.reset();
    if (command == by_tag_.end()) return;  // the command began before the trace
    commands[command->second].sector = submission.sector;
    commands[command->second].sg_ios.push_back({at_});
    submitting_ = command->second;
  }
  void On(const observe::PoolSubmission& submission) {
    // QEMU traces the submission of an SG_IO right before it submits it to the thread pool.
    if (submitting_) by_request_[submission.request] = *submitting_;
    submitting_.reset();
  }
  void On(const observe::PoolCompletion& completion) {
    const auto found = by_request_.find(completion.request);
    if (found == by_request_.end()) return;  // another kind of work
    SgIo& sg_io = commands[found->second].sg_ios.back();
    sg_io.returned = at_;
    sg_io.error_number = completion.error_number;
    by_request_.erase(found);
  }
  void On(const observe::BuiltSense& sense) {
    const auto command = by_tag_.find(sense.tag);
    if (command != by_tag_.end()) commands[command->second].built_sense = sense;
  }
  void On(const observe::VirtioScsiCompletion& answer) {
    const auto command = by_tag_.find(answer.tag);
    if (command == by_tag_.end()) return;
    commands[command->second].ended = at_;
    commands[command->second].response = answer.response;
    commands[command->second].status = answer.status;
    by_tag_.erase(command);
  }

  Moment at_{0};
  std::map<std::uint64_t, std::size_t> by_tag_;      // commands without a response
  std::map<std::uint64_t, std::size_t> by_request_;  // commands whose SG_IO is in flight
  std::optional<std::size_t> submitting_;
};

/// Returns the SG_IO that the event belongs to, or null.
SgIo* Owner(std::vector<GuestCommand>& commands, const TraceEvent& event) {
  for (GuestCommand& command : commands) {
    for (SgIo& sg_io : command.sg_ios) {
      if (Belongs(event, command, sg_io)) return &sg_io;
    }
  }
  return nullptr;
}

}  // namespace

std::string SgIo::ToString() const {
  if (!returned) return "has not returned";
  if (error_number != 0) {
    return "failed: " + std::generic_category().message(error_number);
  }
  if (!result) return "returned, no error was traced";
  return "returned " + scsi::ToString(result->host_byte) + ", " + scsi::ToString(result->status);
}

std::string GuestCommand::ToString() const {
  std::string text = "command " + scsi::Hex(opcode);
  if (sector) text += " at sector " + std::to_string(*sector);
  text += ": ";
  for (const SgIo& sg_io : sg_ios) text += "SG_IO " + sg_io.ToString() + "; ";
  if (built_sense) {
    text += "sense " + scsi::Hex(built_sense->key) + "/" + scsi::Hex(built_sense->asc) + "/" +
            scsi::Hex(built_sense->ascq) + "; ";
  }
  if (!ended) return text + "no response";
  return text + observe::ToString(response) + ", " + scsi::ToString(status);
}

FollowedCommands FollowCommands(const std::vector<observe::QemuTraceEvent>& qemu,
                                std::int64_t realtime_minus_monotonic,
                                const std::vector<TraceEvent>& kernel) {
  Follower follower;
  for (const observe::QemuTraceEvent& event : qemu) {
    follower.Add(event, Moment(event.realtime_us - realtime_minus_monotonic));
  }
  FollowedCommands followed;
  followed.commands = std::move(follower.commands);
  for (const TraceEvent& event : kernel) {
    SgIo* const sg_io = Owner(followed.commands, event);
    if (sg_io == nullptr) {
      followed.elsewhere.push_back(event);
    } else if (const auto* back = std::get_if<observe::SgIoReturn>(&event.event)) {
      sg_io->result = *back;
    } else {
      sg_io->below.push_back(event);
    }
  }
  return followed;
}

}  // namespace dualpath::layers
