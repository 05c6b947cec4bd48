#include "images/guest/agent/entry_list.h"

#include <algorithm>

namespace dualpath::guest::agent {
namespace {

constexpr std::size_t kChunkEntries = 1024;

}  // namespace

void EntryList::AddChunk() {
  // Not make_unique, which would initialize, and so touch, every page.
  chunks_.emplace_back(new wire::IoEntry[kChunkEntries]);
}

void EntryList::Add(const wire::IoEntry& entry) {
  if (size_ == chunks_.size() * kChunkEntries) AddChunk();
  chunks_[size_ / kChunkEntries][size_ % kChunkEntries] = entry;
  ++size_;
}

std::vector<wire::IoEntry> EntryList::Copy(std::uint64_t from_index, std::size_t max) const {
  std::vector<wire::IoEntry> copy;
  if (from_index >= size_) return copy;
  const std::uint64_t end = from_index + std::min<std::uint64_t>(max, size_ - from_index);
  copy.reserve(end - from_index);
  for (std::uint64_t at = from_index; at < end; ++at) {
    copy.push_back(chunks_[at / kChunkEntries][at % kChunkEntries]);
  }
  return copy;
}

}  // namespace dualpath::guest::agent
