#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/observe/log.h"

struct sd_journal;

namespace dualpath::observe {

/// An entry of systemd's journal, which also receives syslog messages, such as multipathd's on OL7.
struct JournalEntry {
  std::int64_t realtime_us = 0;   ///< time of reception, CLOCK_REALTIME
  std::int64_t monotonic_us = 0;  ///< time of reception, CLOCK_MONOTONIC of the entry's boot
  std::string identifier;         ///< "multipathd"
  int pid = 0;                    ///< 0: unknown
  std::string message;
};

/// Follows the journal of this machine, volatile or persistent (sd-journal(3)).
class Journal {
 public:
  /// Entries to follow: those that match any of these, or all entries if both lists are empty.
  struct Filter {
    std::vector<std::string> identifiers{};  ///< syslog identifiers: "multipathd", "libvirtd"
    std::vector<std::string> units{};        ///< systemd units: "multipathd.service"
  };

  /// Follows the journal from now on, through rotation and new files. journald must have created
  /// its directory (/run/log/journal or /var/log/journal), as it does at boot. `directory` contains
  /// the journal files of another machine; empty: this machine.
  static Result<Journal> Open(const Filter& filter, const std::string& directory = "");

  /// Returns the entries since the last call.
  Result<std::vector<JournalEntry>> Poll();

 private:
  struct Closer {
    void operator()(sd_journal* journal) const;
  };
  using Handle = std::unique_ptr<sd_journal, Closer>;

  explicit Journal(Handle handle) : handle_(std::move(handle)) {}

  Handle handle_;
};

/// Returns a source for a `LogFollower`, whose messages have the entries' identifiers.
LogSource AsLogSource(Journal journal);

}  // namespace dualpath::observe
