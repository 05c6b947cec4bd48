#include "helpers/lab/snapshot_chain.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "helpers/lab/image/digest.h"
#include "helpers/process/interrupt.h"

namespace dualpath::lab {
namespace {

constexpr std::uint64_t kBytesToBuild = std::uint64_t{2} << 30;
constexpr std::size_t kKeyDigits = 16;

}  // namespace

Result<std::vector<std::string>> KeysOf(const std::string& identity, const Steps& steps) {
  std::string so_far = identity;
  std::vector<std::string> keys;
  for (const Step& step : steps) {
    DUALPATH_TRY(so_far, DigestOfText(so_far + '\n' + step.inputs + '\n' + step.line));
    keys.push_back(so_far.substr(0, kKeyDigits));
  }
  return keys;
}

Result<Snapshot> SnapshotChain::Get(std::size_t count, const Builder& build) const {
  DUALPATH_TRY(Cache::Entry entry, cache_.Get(steps_[count - 1].kind, keys_[count - 1],
                                              kBytesToBuild, [&](const std::string& directory) {
                                                Status built = build(count, directory);
                                                if (!built.ok()) process::StopIfEnding();
                                                return built;
                                              }));
  // The earlier snapshots of the chain are needed for the next program: do not evict them first.
  for (std::size_t i = 0; i + 1 < count; ++i) cache_.MarkUsed(steps_[i].kind, keys_[i]);
  return Snapshot{std::move(entry)};
}

Status SnapshotChain::Restore(std::size_t count, const Builder& build,
                              const std::function<Status(Snapshot)>& restore) const {
  const auto attempt = [&]() -> Result<Status> {
    DUALPATH_TRY(Snapshot snapshot, Get(count, build));
    return restore(std::move(snapshot));
  };
  DUALPATH_TRY(const Status first, attempt());
  if (first.ok()) return Ok{};
  process::StopIfEnding();
  const Step& step = steps_[count - 1];
  spdlog::warn("cannot restore the snapshot '{}', rebuilding it: {}", step.kind,
               first.error().ToString());
  DUALPATH_TRY_STATUS(cache_.Discard(step.kind, keys_[count - 1]));
  DUALPATH_TRY(Status second, attempt());
  if (!second.ok()) process::StopIfEnding();
  return second;
}

}  // namespace dualpath::lab
