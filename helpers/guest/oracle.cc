#include "helpers/guest/oracle.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/block_history.h"
#include "helpers/guest/wire/block_content.h"

namespace dualpath::guest {
namespace {

constexpr std::size_t kAlignment = 4096;  // for direct I/O; sufficient for every disk
constexpr std::size_t kChunkBytes = std::size_t{4} << 20;
constexpr std::size_t kErrorsShown = 3;

using Histories = std::map<std::uint64_t, BlockHistory>;
using When = BlockHistory::When;

BlockHistory& HistoryOf(std::uint64_t block, const IoReport& report, Histories& histories) {
  const auto found = histories.find(block);
  if (found != histories.end()) return found->second;
  std::optional<std::string> before;
  if (report.before) {
    before = report.before->Read(report.options.ByteOf(block), report.options.block_bytes);
  }
  return histories.try_emplace(block, report.options.run_id, block, std::move(before))
      .first->second;
}

void Add(const IoResult& result, const IoReport& report, Histories& histories) {
  if (result.kind != IoKind::kFlush) {
    HistoryOf(result.block, report, histories).Add(result);
    return;
  }
  for (auto& [block, history] : histories) history.Add(result);
}

/// Returns the histories of the blocks that were written, or of all of the run if the content
/// before it is known.
Histories HistoriesOf(const IoReport& report) {
  Histories histories;
  if (report.before) {
    const std::uint64_t first = report.options.first_block;
    for (std::uint64_t n = 0; n < report.options.block_count; ++n) {
      HistoryOf(first + n, report, histories);
    }
  }
  for (const IoResult& result : report.results) {
    const bool only_read = result.kind == IoKind::kRead && histories.count(result.block) == 0;
    if (!only_read) Add(result, report, histories);
  }
  return histories;
}

/// Returns the first error, extended by the next ones and the number of the others.
Error InOne(const std::vector<Error>& errors) {
  std::string others;
  for (std::size_t i = 1; i < std::min(errors.size(), kErrorsShown); ++i) {
    others += "\nand " + errors[i].ToString();
  }
  if (errors.size() > kErrorsShown) {
    others += "\nand " + std::to_string(errors.size() - kErrorsShown) + " more";
  }
  const Error& first = errors.front();
  return Error::Because(first.operation(), first.object(), first.reason() + others);
}

Result<UniqueFd> OpenToRead(const std::string& storage) {
  UniqueFd fd(::open(storage.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return Error::FromErrno("open", storage, errno);
  if (!S_ISBLK(status.st_mode)) return fd;
  fd = UniqueFd(::open(storage.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT));
  if (!fd) return Error::FromErrno("open", storage, errno);
  return fd;
}

/// Reads the blocks, which are in ascending order, with few, long reads. `visit` gets a null
/// pointer for a block beyond the end of the storage.
Status VisitBlocks(const std::string& storage, const IoOptions& options,
                   const std::vector<std::uint64_t>& blocks,
                   const std::function<void(std::uint64_t block, const char* data)>& visit) {
  DUALPATH_TRY(const UniqueFd fd, OpenToRead(storage));
  const std::size_t size = options.block_bytes;
  const std::size_t most = std::max<std::size_t>(kChunkBytes / size, 1);
  const std::size_t room = (most * size / kAlignment + 2) * kAlignment;
  const std::unique_ptr<char, decltype(&std::free)> buffer(
      static_cast<char*>(std::aligned_alloc(kAlignment, room)), &std::free);
  for (std::size_t at = 0; at < blocks.size();) {
    std::size_t count = 1;
    while (count < most && at + count < blocks.size() && blocks[at + count] == blocks[at] + count) {
      ++count;
    }
    const std::uint64_t begin = options.ByteOf(blocks[at]) / kAlignment * kAlignment;
    const std::uint64_t end = options.ByteOf(blocks[at] + count) + kAlignment - 1;
    const auto got = ReadAt(fd.get(), buffer.get(), (end - begin) / kAlignment * kAlignment,
                            static_cast<off_t>(begin));
    if (!got.ok()) return got.error().While("look for acknowledged writes in " + storage);
    for (const std::size_t after = at + count; at < after; ++at) {
      const std::uint64_t offset = options.ByteOf(blocks[at]) - begin;
      visit(blocks[at], offset + size <= *got ? buffer.get() + offset : nullptr);
    }
  }
  return Ok{};
}

/// Checks the blocks that have a history, except those that overlap `except`.
Status CheckBlocks(const std::string& storage, const IoReport& report, const Histories& histories,
                   When when, const std::vector<ByteRange>& except) {
  const std::size_t size = report.options.block_bytes;
  std::vector<std::uint64_t> blocks;
  for (const auto& [block, history] : histories) {
    const std::uint64_t begin = report.options.ByteOf(block);
    const ByteRange range{begin, begin + size};
    if (std::none_of(except.begin(), except.end(),
                     [&](const ByteRange& other) { return other.Overlaps(range); })) {
      blocks.push_back(block);
    }
  }
  std::vector<Error> errors;
  const auto visit = [&](std::uint64_t block, const char* data) {
    const BlockHistory& history = histories.at(block);
    const std::string wrong =
        data == nullptr ? "beyond the end of the file" : history.DescribeDamage(data, size, when);
    if (wrong.empty()) return;
    const bool now = when == When::kNow;
    const auto& sequence = now ? history.acknowledged() : history.flushed();
    const std::string what = now ? "acknowledged" : "flushed";
    const std::string where =
        "block " + std::to_string(block) + " of " + storage + ", " +
        (sequence ? what + " as sequence " + std::to_string(*sequence) : "never " + what);
    errors.push_back(Error::Because(data == nullptr ? "read" : "check block", where, wrong));
  };
  DUALPATH_TRY_STATUS(VisitBlocks(storage, report.options, blocks, visit));
  return errors.empty() ? Status(Ok{}) : InOne(errors);
}

}  // namespace

Status HoldsAcknowledgedWrites(const std::string& storage, const IoReport& report,
                               const std::vector<ByteRange>& except) {
  const Histories histories = HistoriesOf(report);
  DUALPATH_TRY_STATUS(CheckBlocks(storage, report, histories, When::kNow, except));
  if (std::any_of(histories.begin(), histories.end(),
                  [](const auto& each) { return each.second.acknowledged(); })) {
    return Ok{};
  }
  return Error::Because("look for acknowledged writes in", storage, "the run has none");
}

Status HoldsFlushedWrites(const std::string& storage, const IoReport& report) {
  const Histories histories = HistoriesOf(report);
  DUALPATH_TRY_STATUS(CheckBlocks(storage, report, histories, When::kAfterCacheLoss, {}));
  if (std::any_of(histories.begin(), histories.end(),
                  [](const auto& each) { return each.second.flushed(); })) {
    return Ok{};
  }
  return Error::Because("look for flushed writes in", storage, "the run has none");
}

Status NothingElseChanged(const std::string& storage, const IoReport& report,
                          const std::vector<ByteRange>& except) {
  if (!report.before) {
    return Error::Because("check that nothing outside the run's blocks has changed in", storage,
                          "what it held before the run is not known");
  }
  return report.before->SameElsewhere(storage, except, report.options.block_bytes);
}

Status ReadsSawAcknowledgedWrites(const IoReport& report) {
  Histories histories;
  std::vector<Error> errors;
  bool any = false;
  for (const IoResult& result : report.results) {
    if (result.kind == IoKind::kRead && result.error_number == 0) {
      any = true;
      const BlockHistory& history = HistoryOf(result.block, report, histories);
      const std::string wrong = history.DescribeDamage(result.seen, report.options.block_bytes);
      if (!wrong.empty()) {
        const auto& sequence = history.acknowledged();
        errors.push_back(
            Error::Because("check read",
                           "sequence " + std::to_string(result.sequence) + ", block " +
                               std::to_string(result.block) + ", " +
                               (sequence ? "acknowledged as sequence " + std::to_string(*sequence)
                                         : "never acknowledged"),
                           wrong));
      }
    }
    Add(result, report, histories);
  }
  if (!errors.empty()) return InOne(errors);
  if (any) return Ok{};
  return Error::Because("check reads", "the run", "no read without error");
}

}  // namespace dualpath::guest
