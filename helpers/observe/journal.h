#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
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

/// Returns whether journald reports with this message that it dropped messages of one of `programs`
/// ("multipathd") because they exceeded its rate limit. The unit is "multipathd.service", or
/// "/system.slice/multipathd.service" before systemd 229.
bool IsLossOf(const std::vector<std::string>& programs, const std::string& message);

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

  /// Returns the entries since the last call. An `Error`, from then on, once journald has reported
  /// that it dropped messages of one of the filter's identifiers.
  Result<std::vector<JournalEntry>> Poll();

 private:
  struct Closer {
    void operator()(sd_journal* journal) const;
  };
  using Handle = std::unique_ptr<sd_journal, Closer>;

  Journal(Handle handle, std::vector<std::string> identifiers)
      : handle_(std::move(handle)), identifiers_(std::move(identifiers)) {}

  Handle handle_;
  std::vector<std::string> identifiers_;
  std::string loss_;  ///< journald's report
};

/// Writes an entry with this syslog identifier to the journal.
Status WriteToJournal(const std::string& identifier, const std::string& message);

/// Returns a source for a `LogFollower`, whose messages have the entries' identifiers.
LogSource AsLogSource(Journal journal);

}  // namespace dualpath::observe
