#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// Records what a process does to the system under test, as it happens: the fixtures append, and at
/// the end of the case these records are merged with those of other sources. Thread-safe.
class Recorder {
 public:
  /// Returns the recorder that the fixtures append to.
  static Recorder& OfThisProcess();

  /// Discards earlier records. Later ones are also appended to `file` immediately, so that they
  /// survive a crash of the process; an empty name: no file.
  Status Begin(const std::string& file);

  /// Adds a record. If the file cannot be written, the record is only kept in memory, and the case
  /// continues.
  void Add(Record record);
  void AddAll(std::vector<Record> records);

  /// Calls `hook` before each step and fault of the case is recorded, which is before it is done;
  /// an empty function: no longer.
  void BeforeEachStep(std::function<void(const Record&)> hook);

  /// Adds the record of a step or a fault.
  void AddStep(Record record);

  /// Returns all records in the order in which they were added.
  std::vector<Record> Records() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Record> records_;
  std::function<void(const Record&)> before_each_step_;
  UniqueFd file_;
};

/// Records a step of the case, at the current time, in this process's recorder.
void RecordStep(std::string text);

/// Records a fault of a path: a warning if it breaks the path, an info if it repairs the path.
/// `text` becomes "VERB PATH (DEVICE)"; record.h lists the verbs.
void RecordFault(Severity severity, const std::string& verb, const std::string& path,
                 const std::string& device);

}  // namespace dualpath::timeline
