#include "helpers/guest/block_history.h"

#include <algorithm>

namespace dualpath::guest {
namespace {

constexpr std::uint32_t kAlwaysOneCommand = 4096;

bool Contains(const std::vector<std::uint64_t>& sequences, std::uint64_t sequence) {
  return std::find(sequences.begin(), sequences.end(), sequence) != sequences.end();
}

}  // namespace

void BlockHistory::Add(const IoResult& result) {
  if (result.kind == IoKind::kRead) {
    const auto sequence = OwnSequence(result.seen);
    if (sequence && Contains(failed_since_, *sequence)) replaced_ = true;
    return;
  }
  if (result.error_number != 0) {
    failed_since_.push_back(result.sequence);
    return;
  }
  acknowledged_ = result.sequence;
  failed_before_.insert(failed_before_.end(), failed_since_.begin(), failed_since_.end());
  failed_since_.clear();
  replaced_ = false;
}

bool BlockHistory::Allows(const BlockFinding& finding) const {
  if (!acknowledged_) return true;
  const auto sequence = OwnSequence(finding);
  if (!sequence) return false;
  return (sequence == acknowledged_ && !replaced_) || Contains(failed_since_, *sequence);
}

bool BlockHistory::AllowsParts(std::uint32_t block_bytes) const {
  return block_bytes > kAlwaysOneCommand && !failed_since_.empty();
}

std::vector<BlockIdentity> BlockHistory::Allowed() const {
  std::vector<BlockIdentity> allowed;
  if (acknowledged_ && !replaced_) allowed.push_back(Identity(*acknowledged_));
  for (const std::uint64_t sequence : failed_since_) allowed.push_back(Identity(sequence));
  return allowed;
}

std::string BlockHistory::DescribeDamage(const BlockFinding& finding) const {
  const std::vector<BlockIdentity> allowed = Allowed();
  std::string text = KindOfDamage(finding) + ": expected ";
  for (const BlockIdentity& identity : allowed) {
    text += &identity == &allowed.front() ? ToString(identity)
                                          : " or " + std::to_string(identity.sequence);
  }
  return text;
}

std::string BlockHistory::KindOfDamage(const BlockFinding& finding) const {
  const auto sequence = OwnSequence(finding);
  if (sequence && Contains(failed_before_, *sequence)) {
    return "late, overwritten by a write that was reported as failed before";
  }
  if (sequence && sequence == acknowledged_) return "reverted, a read returned a later write";
  return KindOf(finding, Identity(acknowledged_.value_or(0)));
}

std::optional<std::uint64_t> BlockHistory::OwnSequence(const BlockFinding& finding) const {
  const bool own = finding.state == BlockState::kWhole && finding.identity.run_id == run_id_ &&
                   finding.identity.block == block_;
  if (!own) return std::nullopt;
  return finding.identity.sequence;
}

}  // namespace dualpath::guest
