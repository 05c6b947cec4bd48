#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/guest/io_report.h"
#include "helpers/guest/wire/block_content.h"

namespace dualpath::guest {

/// What the I/Os of a run on one block, of which no two were in flight at once, allow to be there:
/// the last acknowledged write, or one that was reported failed after it, since that may have
/// arrived all the same. Once a read has seen such a one, only those.
class BlockHistory {
 public:
  BlockHistory(std::uint64_t run_id, std::uint64_t block) : run_id_(run_id), block_(block) {}

  /// The next that came back.
  void Add(const IoResult& outcome);

  /// The last acknowledged write; as long as there is none, anything may be there.
  const std::optional<std::uint64_t>& acknowledged() const { return acknowledged_; }

  bool Allows(const BlockFinding& finding) const;

  /// Whether failed writes since may each have arrived in part: the kernel sends an I/O of more
  /// than a page as several commands where it must, and one of them may have failed and another
  /// not.
  bool AllowsParts(std::uint32_t block_bytes) const;

  /// Every write that may be there.
  std::vector<BlockIdentity> Allowed() const;

  /// "late: ...: expected sequence 42 of run 3 for block 7": what is wrong with what is there.
  std::string Complaint(const BlockFinding& finding) const;

 private:
  BlockIdentity Identity(std::uint64_t sequence) const { return {run_id_, block_, sequence}; }
  std::string KindOfWrong(const BlockFinding& finding) const;
  std::optional<std::uint64_t> OwnSequence(const BlockFinding& finding) const;

  std::uint64_t run_id_;
  std::uint64_t block_;
  std::optional<std::uint64_t> acknowledged_;
  std::vector<std::uint64_t> failed_before_;
  std::vector<std::uint64_t> failed_since_;
  bool replaced_ = false;  // a read saw one of `failed_since_`
};

}  // namespace dualpath::guest
