#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/scsi/persistent_reservation.h"

namespace dualpath::multipath {

/// Persistent reservations of a map, using mpathpersist(8): REGISTER is sent on every usable path,
/// the other commands on one.
///
/// multipath.conf must set a reservation_key for the map (`Config::reservation_key`); with "file"
/// it is the first key registered. mpathpersist rejects a command with another key without sending
/// it. The error of a command that does not end with GOOD contains the status: "exit status 11
/// (RESERVATION CONFLICT)".
class Persist {
 public:
  /// `device` is the map's device, "/dev/mapper/mpatha". `program` is the program with its first
  /// arguments, which tests replace and which may be another that starts it.
  explicit Persist(std::string device, std::vector<std::string> program = {"mpathpersist"});

  /// `key` is the key the map is registered with, 0 for none; `new_key` 0 unregisters.
  Status Register(std::uint64_t key, std::uint64_t new_key, Deadline deadline) const;
  Status RegisterAndIgnoreExistingKey(std::uint64_t new_key, Deadline deadline) const;

  Status Reserve(std::uint64_t key, scsi::ReservationType type, Deadline deadline) const;
  Status Release(std::uint64_t key, scsi::ReservationType type, Deadline deadline) const;

  /// Removes the registrations with the key `victim` and takes over their reservation.
  Status Preempt(std::uint64_t key, std::uint64_t victim, scsi::ReservationType type,
                 Deadline deadline) const;
  Status PreemptAndAbort(std::uint64_t key, std::uint64_t victim, scsi::ReservationType type,
                         Deadline deadline) const;

  /// Removes all registrations, including those of others, and the reservation.
  Status Clear(std::uint64_t key, Deadline deadline) const;

  Result<scsi::RegisteredKeys> ReadKeys(Deadline deadline) const;
  Result<scsi::ReservationState> ReadReservation(Deadline deadline) const;

 private:
  Result<std::string> Run(const std::vector<std::string>& arguments, Deadline deadline) const;
  Status Out(std::vector<std::string> arguments, Deadline deadline) const;

  std::string device_;
  std::vector<std::string> program_;
};

/// Parse the output of `mpathpersist --in` with --read-keys and --read-reservation. An `Error`
/// quotes it.
Result<scsi::RegisteredKeys> ParsePersistKeys(const std::string& output);
Result<scsi::ReservationState> ParsePersistReservation(const std::string& output);

}  // namespace dualpath::multipath
