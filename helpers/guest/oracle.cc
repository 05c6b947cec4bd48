#include "helpers/guest/oracle.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "helpers/base/unique_fd.h"
#include "helpers/guest/block_history.h"
#include "helpers/guest/wire/block_content.h"

namespace dualpath::guest {
namespace {

constexpr std::size_t kAlignment = 4096;  // for direct I/O; sufficient for every disk
constexpr std::size_t kChunkBytes = std::size_t{4} << 20;
constexpr std::size_t kErrorsShown = 3;

/// Operation of the errors that are damage.
constexpr char kCheckBlock[] = "check block";

using Histories = std::map<std::uint64_t, BlockHistory>;

BlockHistory& HistoryOf(std::uint64_t block, const IoReport& report, Histories& histories) {
  return histories.try_emplace(block, report.options.run_id, block).first->second;
}

Histories HistoriesOf(const IoReport& report) {
  Histories histories;
  for (const IoResult& result : report.results) {
    HistoryOf(result.block, report, histories).Add(result);
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

/// Reads the range, or the part of it before the end of the storage.
Result<std::size_t> ReadRange(int fd, char* to, std::uint64_t begin, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd, to + done, size - done, static_cast<off_t>(begin + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return Error::FromErrno("read", "bytes starting at " + std::to_string(begin + done), errno);
    }
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
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
    auto got = ReadRange(fd.get(), buffer.get(), begin, (end - begin) / kAlignment * kAlignment);
    if (!got.ok()) return got.error().While("look for acknowledged writes in " + storage);
    for (const std::size_t after = at + count; at < after; ++at) {
      const std::uint64_t offset = options.ByteOf(blocks[at]) - begin;
      visit(blocks[at], offset + size <= *got ? buffer.get() + offset : nullptr);
    }
  }
  return Ok{};
}

/// Returns whether every sector belongs to one of these writes.
bool IsMadeOf(const char* data, std::size_t size, const std::vector<BlockIdentity>& writes) {
  std::vector<bool> explained(size / kSectorBytes);
  std::vector<std::uint64_t> words(size / sizeof(std::uint64_t));
  for (const BlockIdentity& write : writes) {
    FillBlock(words.data(), size, write);
    const auto* intended = reinterpret_cast<const char*>(words.data());
    for (std::size_t sector = 0; sector < explained.size(); ++sector) {
      const std::size_t from = sector * kSectorBytes;
      if (std::equal(data + from, data + from + kSectorBytes, intended + from)) {
        explained[sector] = true;
      }
    }
  }
  return std::find(explained.begin(), explained.end(), false) == explained.end();
}

/// Describes content that is not allowed in the block; empty if it is allowed.
std::string DescribeDamage(const BlockHistory& history, const char* data, std::size_t size) {
  const std::vector<BlockIdentity> allowed = history.Allowed();
  for (const BlockIdentity& write : allowed) {
    if (FirstDifference(data, size, write) == size) return "";
  }
  if (history.AllowsParts(static_cast<std::uint32_t>(size)) && IsMadeOf(data, size, allowed)) {
    return "";
  }
  return history.DescribeDamage(InspectBlock(data, size)) + ", holds " +
         DescribeContent(data, size) + "; the first difference is at byte " +
         std::to_string(FirstDifference(data, size, allowed.front()));
}

}  // namespace

Status HoldsAcknowledgedWrites(const std::string& storage, const IoReport& report) {
  const Histories histories = HistoriesOf(report);
  std::vector<std::uint64_t> blocks;
  for (const auto& [block, history] : histories) {
    if (history.acknowledged()) blocks.push_back(block);
  }
  std::vector<Error> errors;
  const auto visit = [&](std::uint64_t block, const char* data) {
    const BlockHistory& history = histories.at(block);
    const std::string wrong = data == nullptr
                                  ? "beyond the end of the file"
                                  : DescribeDamage(history, data, report.options.block_bytes);
    if (wrong.empty()) return;
    const std::string where = "block " + std::to_string(block) + " of " + storage +
                              ", acknowledged as sequence " +
                              std::to_string(*history.acknowledged());
    errors.push_back(Error::Because(data == nullptr ? "read" : kCheckBlock, where, wrong));
  };
  DUALPATH_TRY_STATUS(VisitBlocks(storage, report.options, blocks, visit));
  if (!errors.empty()) return InOne(errors);
  if (!blocks.empty()) return Ok{};
  return Error::Because("look for acknowledged writes in", storage, "the run has none");
}

bool IsDamage(const Error& error) { return error.operation() == kCheckBlock; }

Status ReadsSawAcknowledgedWrites(const IoReport& report) {
  Histories histories;
  std::vector<Error> errors;
  bool any = false;
  for (const IoResult& result : report.results) {
    BlockHistory& history = HistoryOf(result.block, report, histories);
    if (result.kind == IoKind::kRead && result.error_number == 0) {
      any = true;
      const bool in_parts =
          history.AllowsParts(report.options.block_bytes) &&
          (result.seen.state == BlockState::kTorn || result.seen.state == BlockState::kDamaged);
      if (!history.Allows(result.seen) && !in_parts) {
        errors.push_back(
            Error::Because("check read",
                           "sequence " + std::to_string(result.sequence) + ", block " +
                               std::to_string(result.block) + ", acknowledged as sequence " +
                               std::to_string(*history.acknowledged()),
                           history.DescribeDamage(result.seen) + ", saw " + ToString(result.seen)));
      }
    }
    history.Add(result);
  }
  if (!errors.empty()) return InOne(errors);
  if (any) return Ok{};
  return Error::Because("check reads", "the run", "no read without error");
}

}  // namespace dualpath::guest
