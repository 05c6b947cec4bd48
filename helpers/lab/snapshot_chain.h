#pragma once

#include <functional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/steps.h"

namespace dualpath::lab {

/// A saved lab VM in the cache, in use during the lifetime of this object.
struct Snapshot {
  Cache::Entry entry;

  std::string ram() const { return entry.File("ram"); }
  std::string devices() const { return entry.File("devices"); }  ///< everything but RAM and disk
};

/// Returns the key of the snapshot after each of `steps`: it covers `identity` (IdentityOf) and
/// the line and inputs of every step so far, and no step's arguments.
Result<std::vector<std::string>> KeysOf(const std::string& identity, const Steps& steps);

/// The snapshots after each of a number of steps, in the cache.
class SnapshotChain {
 public:
  /// Writes the files of the snapshot after the first `count` steps to `directory`.
  using Builder = std::function<Status(std::size_t count, const std::string& directory)>;

  SnapshotChain(const Cache& cache, const Steps& steps, std::vector<std::string> keys)
      : cache_(cache), steps_(steps), keys_(std::move(keys)) {}

  /// Returns the snapshot after the first `count` steps, built by `build` if it is missing.
  Result<Snapshot> Get(std::size_t count, const Builder& build) const;

  /// Calls `restore` with that snapshot. If it fails, discards the snapshot, rebuilds it and calls
  /// `restore` again, once; a second failure is the error.
  Status Restore(std::size_t count, const Builder& build,
                 const std::function<Status(Snapshot)>& restore) const;

 private:
  const Cache& cache_;
  const Steps& steps_;
  std::vector<std::string> keys_;
};

}  // namespace dualpath::lab
