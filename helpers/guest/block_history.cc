#include "helpers/guest/block_history.h"

#include <algorithm>
#include <cstring>

namespace dualpath::guest {
namespace {

constexpr std::size_t kAlwaysOneCommand = 4096;

template <typename T>
bool Contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::vector<std::uint64_t> Aligned(const std::string& bytes) {
  std::vector<std::uint64_t> words(bytes.size() / sizeof(std::uint64_t));
  std::memcpy(words.data(), bytes.data(), words.size() * sizeof(std::uint64_t));
  return words;
}

BlockFinding Inspect(const std::string& bytes) {
  return InspectBlock(Aligned(bytes).data(), bytes.size());
}

}  // namespace

void BlockHistory::Add(const IoResult& result) {
  const bool failed = result.error_number != 0;
  if (result.kind == IoKind::kFlush) {
    // A flush covers the writes that had completed when it began.
    if (!failed) MakeDurable(result.start);
    return;
  }
  if (result.kind == IoKind::kRead) {
    const auto sequence = OwnSequence(result.seen);
    if (sequence && Contains(failed_since_, *sequence)) replaced_ = true;
    return;
  }
  not_durable_.push_back({result.sequence, failed, result.end});
  if (failed) {
    failed_since_.push_back(result.sequence);
    return;
  }
  acknowledged_ = result.sequence;
  failed_before_.insert(failed_before_.end(), failed_since_.begin(), failed_since_.end());
  failed_since_.clear();
  replaced_ = false;
  if (result.kind == IoKind::kDurableWrite) MakeDurable(result.end);
}

void BlockHistory::MakeDurable(Deadline::Clock::time_point until) {
  const auto last = std::find_if(not_durable_.rbegin(), not_durable_.rend(),
                                 [&](const Write& w) { return !w.failed && w.end <= until; });
  if (last == not_durable_.rend()) return;
  flushed_ = last->sequence;
  not_durable_.erase(not_durable_.begin(), last.base());
}

BlockHistory::Allowed BlockHistory::AllowedContent(When when) const {
  Allowed allowed;
  if (when == When::kAfterCacheLoss) {
    allowed.before = !flushed_;
    if (flushed_) allowed.writes.push_back(Identity(*flushed_));
    for (const Write& write : not_durable_) allowed.writes.push_back(Identity(write.sequence));
    return allowed;
  }
  allowed.before = !acknowledged_ && !replaced_;
  if (acknowledged_ && !replaced_) allowed.writes.push_back(Identity(*acknowledged_));
  for (const std::uint64_t sequence : failed_since_) allowed.writes.push_back(Identity(sequence));
  return allowed;
}

bool BlockHistory::AllowsParts(const Allowed& allowed, std::size_t block_bytes) {
  return block_bytes > kAlwaysOneCommand && allowed.writes.size() + (allowed.before ? 1 : 0) > 1;
}

bool BlockHistory::IsMadeOf(const char* data, std::size_t size, const Allowed& allowed) const {
  std::vector<bool> explained(size / kSectorBytes);
  const auto explain = [&](const char* intended) {
    for (std::size_t sector = 0; sector < explained.size(); ++sector) {
      const std::size_t from = sector * kSectorBytes;
      if (std::memcmp(data + from, intended + from, kSectorBytes) == 0) explained[sector] = true;
    }
  };
  std::vector<std::uint64_t> words(size / sizeof(std::uint64_t));
  for (const BlockIdentity& write : allowed.writes) {
    FillBlock(words.data(), size, write);
    explain(reinterpret_cast<const char*>(words.data()));
  }
  if (allowed.before) explain(before_->data());
  return !Contains<bool>(explained, false);
}

std::string BlockHistory::DescribeDamage(const char* data, std::size_t size, When when) const {
  const Allowed allowed = AllowedContent(when);
  if (allowed.before && !before_) return "what it held before the run is not known";
  if (allowed.before && std::memcmp(data, before_->data(), size) == 0) return "";
  for (const BlockIdentity& write : allowed.writes) {
    if (FirstDifference(data, size, write) == size) return "";
  }
  if (AllowsParts(allowed, size) && IsMadeOf(data, size, allowed)) return "";
  std::string text =
      Expected(InspectBlock(data, size), allowed, when) + ", holds " + DescribeContent(data, size);
  if (!allowed.writes.empty()) {
    text += "; the first difference is at byte " +
            std::to_string(FirstDifference(data, size, allowed.writes.front()));
  }
  return text;
}

bool BlockHistory::Allows(const BlockFinding& seen, const Allowed& allowed,
                          std::uint32_t block_bytes) const {
  const auto is_before = [&](const BlockIdentity& write) {
    if (!allowed.before) return false;
    const BlockFinding before = Inspect(*before_);
    return before.state == BlockState::kZeros
               ? write == BlockIdentity{}
               : before.state == BlockState::kWhole && before.identity == write;
  };
  const auto is_allowed = [&](const BlockIdentity& write) {
    return Contains(allowed.writes, write) || is_before(write);
  };
  if (seen.state == BlockState::kWhole && Contains(allowed.writes, seen.identity)) return true;
  if (seen.state == BlockState::kTorn && seen.only_writes && AllowsParts(allowed, block_bytes)) {
    return is_allowed(seen.identity) &&
           std::all_of(seen.others.begin(), seen.others.begin() + seen.other_count, is_allowed);
  }
  if (!allowed.before) return false;
  const BlockFinding before = Inspect(*before_);
  return seen.state == before.state && seen.checksum == before.checksum;
}

std::string BlockHistory::DescribeDamage(const BlockFinding& seen,
                                         std::uint32_t block_bytes) const {
  const Allowed allowed = AllowedContent(When::kNow);
  if (allowed.before && !before_) return "what it held before the run is not known";
  if (Allows(seen, allowed, block_bytes)) return "";
  return Expected(seen, allowed, When::kNow) + ", saw " + ToString(seen);
}

std::string BlockHistory::DescribeBefore() const {
  const std::vector<std::uint64_t> words = Aligned(*before_);
  return DescribeContent(words.data(), before_->size()) + ", as before the run";
}

std::string BlockHistory::Expected(const BlockFinding& finding, const Allowed& allowed,
                                   When when) const {
  std::string text;
  for (const BlockIdentity& identity : allowed.writes) {
    text += text.empty() ? ToString(identity) : " or " + std::to_string(identity.sequence);
  }
  if (allowed.before) text += (text.empty() ? "" : " or ") + DescribeBefore();
  return KindOfDamage(finding, allowed, when) + ": expected " + text;
}

std::string BlockHistory::KindOfDamage(const BlockFinding& finding, const Allowed& allowed,
                                       When when) const {
  const auto sequence = OwnSequence(finding);
  if (sequence && Contains(failed_before_, *sequence)) {
    return "late, overwritten by a write that was reported as failed before";
  }
  if (when == When::kNow && sequence && sequence == acknowledged_) {
    return "reverted, a read returned a later write";
  }
  if (allowed.writes.empty() && finding.state == BlockState::kZeros) return "lost";
  const std::string kind =
      KindOf(finding, allowed.writes.empty() ? Identity(0) : allowed.writes.front());
  const bool was_lost = kind == "lost" || kind == "stale";
  return when == When::kAfterCacheLoss && was_lost ? kind + " although flushed" : kind;
}

std::optional<std::uint64_t> BlockHistory::OwnSequence(const BlockFinding& finding) const {
  const bool own = finding.state == BlockState::kWhole && finding.identity.run_id == run_id_ &&
                   finding.identity.block == block_;
  if (!own) return std::nullopt;
  return finding.identity.sequence;
}

}  // namespace dualpath::guest
