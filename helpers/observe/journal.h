#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/observe/log.h"

struct sd_journal;

namespace dualpath::observe {

/// An entry of systemd's journal. What a daemon sends to syslog is in it too, as on OL7.
struct JournalEntry {
  std::int64_t realtime_us = 0;   ///< when the journal took it in, CLOCK_REALTIME
  std::int64_t monotonic_us = 0;  ///< and CLOCK_MONOTONIC of its boot
  std::string identifier;         ///< "multipathd"
  int pid = 0;                    ///< 0: not known
  std::string message;
};

/// Follows the journal of this machine, volatile or persistent (sd-journal(3)).
class Journal {
 public:
  /// An entry that matches any of these is followed; with none, every entry is.
  struct Filter {
    std::vector<std::string> identifiers{};  ///< syslog identifiers: "multipathd", "libvirtd"
    std::vector<std::string> units{};        ///< systemd units: "multipathd.service"
  };

  /// Follows from now on, through rotation and into files that are added later. journald must have
  /// made its directory by then (/run/log/journal or /var/log/journal), as it has since boot.
  /// `directory`: another machine's journal files; empty: our own.
  static Result<Journal> Open(const Filter& filter, const std::string& directory = "");

  /// The entries since the last call.
  Result<std::vector<JournalEntry>> Poll();

 private:
  struct Closer {
    void operator()(sd_journal* journal) const;
  };
  using Handle = std::unique_ptr<sd_journal, Closer>;

  explicit Journal(Handle handle) : handle_(std::move(handle)) {}

  Handle handle_;
};

/// For a `LogFollower`, under the entries' identifiers.
LogSource AsLogSource(Journal journal);

}  // namespace dualpath::observe
