#include "helpers/observe/journal.h"

#include <systemd/sd-journal.h>

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
    const int outcome = sd_journal_add_match(journal, match.data(), match.size());
    if (outcome < 0) return Failed("match " + match + " in", outcome);
  }
  return Ok{};
}

/// Matches on one field are alternatives by themselves, those on two fields only with a
/// disjunction between them.
Status AddFilter(sd_journal* journal, const Journal::Filter& filter) {
  DUALPATH_TRY_STATUS(AddMatches(journal, "SYSLOG_IDENTIFIER", filter.identifiers));
  const int outcome = sd_journal_add_disjunction(journal);
  if (outcome < 0) return Failed("match in", outcome);
  return AddMatches(journal, "_SYSTEMD_UNIT", filter.units);
}

/// Puts the position behind the last entry that matches.
Status SeekToNow(sd_journal* journal) {
  int outcome = sd_journal_seek_tail(journal);
  if (outcome < 0) return Failed("seek the end of", outcome);
  // The tail is not a position yet: only a step back from it makes it one.
  outcome = sd_journal_previous(journal);
  if (outcome < 0) return Failed("seek the last entry of", outcome);
  if (outcome > 0) return Ok{};
  // Nothing matches so far, so whatever does later is new.
  outcome = sd_journal_seek_head(journal);
  if (outcome < 0) return Failed("seek the beginning of", outcome);
  return Ok{};
}

/// A field of the current entry, or an empty string.
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
  JournalEntry record;
  std::uint64_t realtime = 0;
  std::uint64_t monotonic = 0;
  sd_id128_t boot{};
  int outcome = sd_journal_get_realtime_usec(journal, &realtime);
  if (outcome < 0) return Failed("read time in", outcome);
  outcome = sd_journal_get_monotonic_usec(journal, &monotonic, &boot);
  if (outcome < 0) return Failed("read time in", outcome);
  record.realtime_us = static_cast<std::int64_t>(realtime);
  record.monotonic_us = static_cast<std::int64_t>(monotonic);
  record.identifier = FirstField(journal, "SYSLOG_IDENTIFIER", "_COMM");
  record.message = Field(journal, "MESSAGE");
  const std::string pid = FirstField(journal, "_PID", "SYSLOG_PID");
  std::from_chars(pid.data(), pid.data() + pid.size(), record.pid);
  return record;
}

}  // namespace

void Journal::Closer::operator()(sd_journal* journal) const { sd_journal_close(journal); }

Result<Journal> Journal::Open(const Filter& filter, const std::string& directory) {
  sd_journal* raw = nullptr;
  int outcome = directory.empty() ? sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY)
                                  : sd_journal_open_directory(&raw, directory.c_str(), 0);
  if (outcome < 0) {
    return Error::FromErrno("open journal", directory.empty() ? "of this machine" : directory,
                            -outcome);
  }
  Handle handle(raw);
  // Without the descriptor sd_journal_process() does not watch for files that are added later.
  outcome = sd_journal_get_fd(raw);
  if (outcome < 0) return Failed("watch", outcome);
  DUALPATH_TRY_STATUS(AddFilter(raw, filter));
  DUALPATH_TRY_STATUS(SeekToNow(raw));
  return Journal(std::move(handle));
}

Result<std::vector<JournalEntry>> Journal::Poll() {
  const int processed = sd_journal_process(handle_.get());
  if (processed < 0) return Failed("watch", processed);
  std::vector<JournalEntry> records;
  while (true) {
    const int outcome = sd_journal_next(handle_.get());
    if (outcome < 0) return Failed("read the next entry of", outcome);
    if (outcome == 0) return records;
    DUALPATH_TRY(JournalEntry record, Current(handle_.get()));
    records.push_back(std::move(record));
  }
}

LogSource AsLogSource(Journal journal) {
  const auto shared = std::make_shared<Journal>(std::move(journal));
  return [shared]() -> Result<std::vector<LogMessage>> {
    DUALPATH_TRY(const auto entries, shared->Poll());
    std::vector<LogMessage> records;
    records.reserve(entries.size());
    for (const JournalEntry& entry : entries) {
      records.push_back({entry.identifier, entry.monotonic_us, entry.message});
    }
    return records;
  };
}

}  // namespace dualpath::observe
