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
/// may have reached the disk nevertheless; before the first acknowledged write, also what the block
/// held before the run. Once a read has returned a failed write, only failed writes.
class BlockHistory {
 public:
  /// `before`: what the block held before the run, if known.
  BlockHistory(std::uint64_t run_id, std::uint64_t block, std::optional<std::string> before)
      : run_id_(run_id), block_(block), before_(std::move(before)) {}

  /// Adds the I/O on this block, or the flush, that completed next.
  void Add(const IoResult& result);

  /// Sequence of the last acknowledged write.
  const std::optional<std::uint64_t>& acknowledged() const { return acknowledged_; }

  /// Sequence of the last acknowledged write that a later flush, or O_DSYNC, made durable.
  const std::optional<std::uint64_t>& flushed() const { return flushed_; }

  /// Which content the block may have.
  enum class When {
    kNow,             ///< while the disk has power
    kAfterCacheLoss,  ///< after the disk has lost what no flush made durable
  };
  struct Allowed {
    std::vector<BlockIdentity> writes;
    bool before = false;  ///< what it held before the run
  };
  Allowed AllowedContent(When when) const;

  /// Returns why the bytes are not allowed in the block; empty if they are. The data are aligned
  /// for a std::uint64_t.
  std::string DescribeDamage(const char* data, std::size_t size, When when) const;

  /// Returns why a read may not have seen this now; empty if it may.
  std::string DescribeDamage(const BlockFinding& seen, std::uint32_t block_bytes) const;

 private:
  struct Write {
    std::uint64_t sequence = 0;
    bool failed = false;
    Deadline::Clock::time_point end{};
  };

  /// Whether each failed write may have reached the disk in part: the kernel may split an I/O of
  /// more than a page into several commands, of which only some fail. The writes of a smaller block
  /// are one command, of which LIO writes all or nothing.
  static bool AllowsParts(const Allowed& allowed, std::size_t block_bytes);

  BlockIdentity Identity(std::uint64_t sequence) const { return {run_id_, block_, sequence}; }
  void MakeDurable(Deadline::Clock::time_point until);
  bool IsMadeOf(const char* data, std::size_t size, const Allowed& allowed) const;
  bool Allows(const BlockFinding& seen, const Allowed& allowed, std::uint32_t block_bytes) const;
  std::string DescribeBefore() const;
  std::string Expected(const BlockFinding& finding, const Allowed& allowed, When when) const;
  std::string KindOfDamage(const BlockFinding& finding, const Allowed& allowed, When when) const;
  std::optional<std::uint64_t> OwnSequence(const BlockFinding& finding) const;

  std::uint64_t run_id_;
  std::uint64_t block_;
  std::optional<std::string> before_;
  std::optional<std::uint64_t> acknowledged_;
  std::optional<std::uint64_t> flushed_;
  std::vector<std::uint64_t> failed_before_;  ///< failed before the last acknowledged write
  std::vector<std::uint64_t> failed_since_;
  std::vector<Write> not_durable_;  ///< in order of completion, since `flushed_`
  bool replaced_ = false;           ///< a read has seen one of `failed_since_`
};

}  // namespace dualpath::guest
