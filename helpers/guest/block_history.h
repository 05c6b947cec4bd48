#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/guest/io_report.h"
#include "helpers/guest/wire/block_content.h"

namespace dualpath::guest {

/// The I/Os of a run on one block, no two of which were in flight at the same time, and the content
/// that they allow: the last acknowledged write, or a later one that was reported as failed, which
/// may have reached the disk nevertheless. Once a read has returned a failed write, only failed
/// writes.
class BlockHistory {
 public:
  BlockHistory(std::uint64_t run_id, std::uint64_t block) : run_id_(run_id), block_(block) {}

  /// Adds the I/O that completed next.
  void Add(const IoResult& result);

  /// Sequence of the last acknowledged write; without one, any content is allowed.
  const std::optional<std::uint64_t>& acknowledged() const { return acknowledged_; }

  bool Allows(const BlockFinding& finding) const;

  /// Whether each later failed write may have reached the disk in part: the kernel may split an I/O
  /// of more than a page into several commands, of which only some fail.
  bool AllowsParts(std::uint32_t block_bytes) const;

  /// Returns every allowed write.
  std::vector<BlockIdentity> Allowed() const;

  /// "late: ...: expected sequence 42 of run 3 for block 7": describes a finding that is not
  /// allowed.
  std::string DescribeDamage(const BlockFinding& finding) const;

 private:
  BlockIdentity Identity(std::uint64_t sequence) const { return {run_id_, block_, sequence}; }
  std::string KindOfDamage(const BlockFinding& finding) const;
  std::optional<std::uint64_t> OwnSequence(const BlockFinding& finding) const;

  std::uint64_t run_id_;
  std::uint64_t block_;
  std::optional<std::uint64_t> acknowledged_;
  std::vector<std::uint64_t> failed_before_;
  std::vector<std::uint64_t> failed_since_;
  bool replaced_ = false;  // a read has seen one of `failed_since_`
};

}  // namespace dualpath::guest
