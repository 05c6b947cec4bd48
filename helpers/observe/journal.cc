#include "helpers/observe/journal.h"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

namespace dualpath::observe {
namespace {

Error Failed(const std::string& operation, int negative_errno) {
  return Error::FromErrno(operation, "journal", -negative_errno);
}

Status AddMatches(sd_journal* journal, const std::string& field,
                  const std::vector<std::string>& values) {
  const std::string prefix = field + "=";
  for (const std::string& value : values) {
    const std::string match = prefix + value;
    const int status = sd_journal_add_match(journal, match.data(), match.size());
    if (status < 0) return Failed("add match " + match, status);
  }
  return Ok{};
}

constexpr char kJournald[] = "systemd-journald";

/// sd_journal_add_match(3) combines matches on one field with OR, but those on different fields
/// with AND unless a disjunction is added.
Status AddFilter(sd_journal* journal, const Journal::Filter& filter) {
  DUALPATH_TRY_STATUS(AddMatches(journal, "SYSLOG_IDENTIFIER", filter.identifiers));
  if (!filter.identifiers.empty()) {
    DUALPATH_TRY_STATUS(AddMatches(journal, "SYSLOG_IDENTIFIER", {kJournald}));
  }
  const int status = sd_journal_add_disjunction(journal);
  if (status < 0) return Failed("add disjunction", status);
  return AddMatches(journal, "_SYSTEMD_UNIT", filter.units);
}

/// Moves the position past the last entry that matches.
Status SeekToNow(sd_journal* journal) {
  int status = sd_journal_seek_tail(journal);
  if (status < 0) return Failed("seek to the end", status);
  // sd_journal_seek_tail() takes effect only with the next step (sd_journal_seek_head(3)).
  status = sd_journal_previous(journal);
  if (status < 0) return Failed("seek to the last entry", status);
  if (status > 0) return Ok{};
  // No entry matches yet, so all later ones are new.
  status = sd_journal_seek_head(journal);
  if (status < 0) return Failed("seek to the beginning", status);
  return Ok{};
}

/// Returns a field of the current entry, or an empty string.
std::string Field(sd_journal* journal, const std::string& name) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (sd_journal_get_data(journal, name.c_str(), &data, &size) < 0) return "";
  const std::string assignment(static_cast<const char*>(data), size);
  return assignment.size() > name.size() ? assignment.substr(name.size() + 1) : "";
}

std::string FirstField(sd_journal* journal, const char* name, const char* otherwise) {
  std::string value = Field(journal, name);
  return value.empty() ? Field(journal, otherwise) : value;
}

Result<JournalEntry> Current(sd_journal* journal) {
  JournalEntry entry;
  std::uint64_t realtime = 0;
  std::uint64_t monotonic = 0;
  sd_id128_t boot{};
  int status = sd_journal_get_realtime_usec(journal, &realtime);
  if (status < 0) return Failed("read the time of an entry", status);
  status = sd_journal_get_monotonic_usec(journal, &monotonic, &boot);
  if (status < 0) return Failed("read the time of an entry", status);
  entry.realtime_us = static_cast<std::int64_t>(realtime);
  entry.monotonic_us = static_cast<std::int64_t>(monotonic);
  entry.identifier = FirstField(journal, "SYSLOG_IDENTIFIER", "_COMM");
  entry.message = Field(journal, "MESSAGE");
  const std::string pid = FirstField(journal, "_PID", "SYSLOG_PID");
  std::from_chars(pid.data(), pid.data() + pid.size(), entry.pid);
  return entry;
}

}  // namespace

bool IsLossOf(const std::vector<std::string>& programs, const std::string& message) {
  if (message.rfind("Suppressed ", 0) != 0) return false;
  const std::string unit = message.substr(message.find_last_of(" /") + 1);
  return std::any_of(programs.begin(), programs.end(),
                     [&](const std::string& program) { return unit == program + ".service"; });
}

void Journal::Closer::operator()(sd_journal* journal) const { sd_journal_close(journal); }

Result<Journal> Journal::Open(const Filter& filter, const std::string& directory) {
  sd_journal* raw = nullptr;
  int status = directory.empty() ? sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY)
                                 : sd_journal_open_directory(&raw, directory.c_str(), 0);
  if (status < 0) {
    return Error::FromErrno("open journal", directory.empty() ? "this machine's" : directory,
                            -status);
  }
  Handle handle(raw);
  // sd_journal_process() watches for new files only after sd_journal_get_fd().
  status = sd_journal_get_fd(raw);
  if (status < 0) return Failed("watch for entries", status);
  DUALPATH_TRY_STATUS(AddFilter(raw, filter));
  DUALPATH_TRY_STATUS(SeekToNow(raw));
  return Journal(std::move(handle), filter.identifiers);
}

Result<std::vector<JournalEntry>> Journal::Poll() {
  const int processed = sd_journal_process(handle_.get());
  if (processed < 0) return Failed("watch for entries", processed);
  std::vector<JournalEntry> entries;
  while (true) {
    const int status = sd_journal_next(handle_.get());
    if (status < 0) return Failed("read the next entry", status);
    if (status == 0) break;
    DUALPATH_TRY(JournalEntry entry, Current(handle_.get()));
    if (identifiers_.empty() || entry.identifier != kJournald) {
      entries.push_back(std::move(entry));
    } else if (IsLossOf(identifiers_, entry.message)) {
      loss_ = entry.message;
    }
  }
  if (loss_.empty()) return entries;
  return Error::Because("read the journal", "log lines", "journald dropped some: " + loss_);
}

Status WriteToJournal(const std::string& identifier, const std::string& message) {
  const int status = sd_journal_send("MESSAGE=%s", message.c_str(), "SYSLOG_IDENTIFIER=%s",
                                     identifier.c_str(), "PRIORITY=7", nullptr);
  return status < 0 ? Status(Failed("write to", status)) : Status(Ok{});
}

LogSource AsLogSource(Journal journal) {
  const auto shared = std::make_shared<Journal>(std::move(journal));
  return [shared]() -> Result<std::vector<LogMessage>> {
    DUALPATH_TRY(const auto entries, shared->Poll());
    std::vector<LogMessage> messages;
    messages.reserve(entries.size());
    for (const JournalEntry& entry : entries) {
      messages.push_back({entry.identifier, entry.monotonic_us, entry.message});
    }
    return messages;
  };
}

}  // namespace dualpath::observe
