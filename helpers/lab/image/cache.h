#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "helpers/base/file_lock.h"
#include "helpers/base/result.h"

namespace dualpath::lab {

/// Cache of what is expensive to make (images, snapshots, payloads), shared by all clones of this
/// user.
///
/// An entry is a directory `<kind>-<key>`. It is moved into place by a rename, so that it is
/// complete or missing. Its manifest holds every file's size, modification time and, up to 1 GiB,
/// SHA-256: a file whose size and time match is trusted, any other is read again, and an entry
/// that does not match is rebuilt. After each build, least recently used entries are evicted until
/// the cache is within its limit; also before a build if the disk is full.
class Cache {
 public:
  /// Makes the entry's files in `directory`.
  using Builder = std::function<Status(const std::string& directory)>;

  /// An entry in use. It is not evicted while the object lives.
  class Entry {
   public:
    const std::string& directory() const { return directory_; }
    std::string File(const std::string& name) const { return directory_ + "/" + name; }

   private:
    friend class Cache;
    Entry(std::string directory, FileLock lock)
        : directory_(std::move(directory)), lock_(std::move(lock)) {}

    std::string directory_;
    FileLock lock_;
  };

  /// Opens the cache in `root`; empty: DUALPATH_CACHE, else XDG_CACHE_HOME/dualpath, else
  /// ~/.cache/dualpath. The limit is DUALPATH_CACHE_GIB, else 8 GiB.
  static Result<Cache> Open(const std::string& root = "");

  const std::string& root() const { return root_; }

  /// Returns the entry, made by `build` if it is missing or damaged. `bytes_needed` is the free
  /// disk space that `build` needs. Two processes that want the same entry build it once.
  Result<Entry> Get(const std::string& kind, const std::string& key, std::uint64_t bytes_needed,
                    const Builder& build) const;

  /// Marks the entry, if it exists, as just used.
  void MarkUsed(const std::string& kind, const std::string& key) const;

  /// Removes the entry, so that the next `Get` rebuilds it: for an entry that matches its manifest
  /// and still does not work. Waits until it is not in use.
  Status Discard(const std::string& kind, const std::string& key) const;

  /// Removes entries that are not in use, least recently used first, until at most `limit` bytes
  /// are left, and the lock files of missing entries. Returns the bytes freed.
  std::uint64_t Prune(std::uint64_t limit) const;

 private:
  Cache(std::string root, std::uint64_t limit) : root_(std::move(root)), limit_(limit) {}

  std::string PathOf(const std::string& kind, const std::string& key) const;
  Status Build(const std::string& directory, std::uint64_t bytes_needed,
               const Builder& build) const;
  void RemoveUnusedLocks() const;

  std::string root_;
  std::uint64_t limit_;
};

}  // namespace dualpath::lab
