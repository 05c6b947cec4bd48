#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// What a process does to the system under test, recorded as it is done: the verbs of the fixtures
/// append, and the end of the case puts that together with what was seen elsewhere. Thread-safe.
class Recorder {
 public:
  /// The one that the verbs append to.
  static Recorder& OfThisProcess();

  /// Forgets what was recorded so far. Every record from now on is also appended to `file` as it
  /// comes, and so outlives a process that dies; empty: to none.
  Status Begin(const std::string& file);

  /// A file that cannot be written to any more is nothing to end a case for: the record is kept all
  /// the same.
  void Add(Record record);
  void AddAll(std::vector<Record> records);

  /// In the order in which they were added.
  std::vector<Record> Records() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Record> records_;
  UniqueFd file_;
};

/// Recorded for this process, as of now: a step of the case.
void RecordStep(std::string text);

/// The same of what is done to a path, to break it (a warning) or to mend it (an info). `text` is
/// "VERB PATH (DEVICE)", with the verb's words from record.h.
void RecordFault(Severity severity, const std::string& verb, const std::string& path,
                 const std::string& device);

}  // namespace dualpath::timeline
