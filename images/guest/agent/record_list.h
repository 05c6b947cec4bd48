#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::agent {

/// The records of a run, in chunks: to add one costs an allocation only once in a thousand times,
/// and never moves the others.
class RecordList {
 public:
  RecordList() { AddChunk(); }

  void Add(const wire::IoRecord& record);
  std::uint64_t size() const { return size_; }

  /// Keeps the memory for the next run.
  void Clear() { size_ = 0; }

  /// At most `max` of them, from that index on.
  std::vector<wire::IoRecord> Copy(std::uint64_t from_index, std::size_t max) const;

 private:
  void AddChunk();

  std::vector<std::unique_ptr<wire::IoRecord[]>> chunks_;
  std::uint64_t size_ = 0;
};

}  // namespace dualpath::guest::agent
