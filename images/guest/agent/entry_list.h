#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::agent {

/// Entries of a run, in chunks: only one in a thousand additions allocates, and none moves entries.
class EntryList {
 public:
  EntryList() { AddChunk(); }

  void Add(const wire::IoEntry& entry);
  std::uint64_t size() const { return size_; }

  /// Removes the entries but keeps the memory for the next run.
  void Clear() { size_ = 0; }

  /// Returns at most `max` entries, starting at index `from_index`.
  std::vector<wire::IoEntry> Copy(std::uint64_t from_index, std::size_t max) const;

 private:
  void AddChunk();

  std::vector<std::unique_ptr<wire::IoEntry[]>> chunks_;
  std::uint64_t size_ = 0;
};

}  // namespace dualpath::guest::agent
