#include "images/guest/agent/record_list.h"

#include <algorithm>

namespace dualpath::guest::agent {
namespace {

constexpr std::size_t kChunkRecords = 1024;

}  // namespace

void RecordList::AddChunk() {
  // Not made by make_unique: that would touch every page of it now.
  chunks_.emplace_back(new wire::IoRecord[kChunkRecords]);
}

void RecordList::Add(const wire::IoRecord& record) {
  if (size_ == chunks_.size() * kChunkRecords) AddChunk();
  chunks_[size_ / kChunkRecords][size_ % kChunkRecords] = record;
  ++size_;
}

std::vector<wire::IoRecord> RecordList::Copy(std::uint64_t from_index, std::size_t max) const {
  std::vector<wire::IoRecord> copy;
  if (from_index >= size_) return copy;
  const std::uint64_t end = from_index + std::min<std::uint64_t>(max, size_ - from_index);
  copy.reserve(end - from_index);
  for (std::uint64_t at = from_index; at < end; ++at) {
    copy.push_back(chunks_[at / kChunkRecords][at % kChunkRecords]);
  }
  return copy;
}

}  // namespace dualpath::guest::agent
