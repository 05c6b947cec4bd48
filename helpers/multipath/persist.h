#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/scsi/persistent_reservation.h"

namespace dualpath::multipath {

/// Persistent reservations of a map, by mpathpersist(8): REGISTER goes down every usable path,
/// the other commands down one.
///
/// multipath.conf must have a reservation_key for the map (`Config::reservation_key`); with "file",
/// the first key that is registered becomes it. A command with another key is refused before any
/// device has seen it. Where the command ends otherwise than with GOOD, the error says how:
/// "exit status 11 (RESERVATION CONFLICT)".
class Persist {
 public:
  /// `device` is a map's, "/dev/mapper/mpatha". Tests put another program in the place of
  /// mpathpersist.
  explicit Persist(std::string device, std::string program = "mpathpersist");

  /// `new_key` 0 unregisters. `key` is the one that the map has, 0 for none.
  Status Register(std::uint64_t key, std::uint64_t new_key, Deadline deadline) const;
  Status RegisterAndIgnoreExistingKey(std::uint64_t new_key, Deadline deadline) const;

  Status Reserve(std::uint64_t key, scsi::ReservationType type, Deadline deadline) const;
  Status Release(std::uint64_t key, scsi::ReservationType type, Deadline deadline) const;

  /// Removes the registrations with the key `victim`; their reservation becomes the map's.
  Status Preempt(std::uint64_t key, std::uint64_t victim, scsi::ReservationType type,
                 Deadline deadline) const;
  Status PreemptAndAbort(std::uint64_t key, std::uint64_t victim, scsi::ReservationType type,
                         Deadline deadline) const;

  /// Removes every registration, of others too, and the reservation.
  Status Clear(std::uint64_t key, Deadline deadline) const;

  Result<scsi::RegisteredKeys> ReadKeys(Deadline deadline) const;
  Result<scsi::ReservationState> ReadReservation(Deadline deadline) const;

 private:
  Result<std::string> Run(const std::vector<std::string>& arguments, Deadline deadline) const;
  Status Out(std::vector<std::string> arguments, Deadline deadline) const;

  std::string device_;
  std::string program_;
};

/// What `mpathpersist --in` prints for --read-keys and --read-reservation. An `Error` quotes the
/// text that is not understood.
Result<scsi::RegisteredKeys> ParsePersistKeys(const std::string& output);
Result<scsi::ReservationState> ParsePersistReservation(const std::string& output);

}  // namespace dualpath::multipath
