#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/file_lock.h"
#include "helpers/base/result.h"

namespace dualpath::lab {

/// Files that are expensive to build (images, snapshots, payloads), kept between runs and shared by
/// all working copies of this user.
///
/// An entry is a directory `<kind>-<key>`, renamed into place once it is complete. Its manifest has
/// the size, modification time and, for files up to 1 GiB, SHA-256 of every file. A file with the
/// recorded size and time is trusted, any other is read and compared, and a damaged entry is
/// rebuilt. After each build, and before one if the disk is too full, the least recently used
/// entries are removed to stay within the limit.
class Cache {
 public:
  /// Builds the entry's files in `directory`.
  using Builder = std::function<Status(const std::string& directory)>;

  /// An entry in use, which is not pruned during the lifetime of this object.
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

  /// Opens the cache in `root`; if empty, in DUALPATH_CACHE, else XDG_CACHE_HOME/dualpath, else
  /// ~/.cache/dualpath. The limit is DUALPATH_CACHE_GIB, else 8 GiB.
  static Result<Cache> Open(const std::string& root = "");

  const std::string& root() const { return root_; }

  /// Returns the entry, built by `build` if it is missing or damaged. `bytes_needed` is the free
  /// space that the build needs. Concurrent processes build an entry only once.
  Result<Entry> Get(const std::string& kind, const std::string& key, std::uint64_t bytes_needed,
                    const Builder& build) const;

  /// Builds the entry anew. An older one is kept until the new one is complete, and if the build
  /// fails. Fails immediately if the entry is in use.
  Status Rebuild(const std::string& kind, const std::string& key, std::uint64_t bytes_needed,
                 const Builder& build) const;

  /// A complete entry, in use or not.
  struct Listed {
    std::string name;  ///< "<kind>-<key>"
    std::string directory;
    std::uint64_t bytes;  ///< on disk
  };
  /// Returns all entries, sorted by name.
  std::vector<Listed> List() const;

  /// Returns one entry, if it is complete.
  std::optional<Listed> Find(const std::string& kind, const std::string& key) const;

  /// Removes a listed entry, unless it is in use. Returns whether it did.
  bool RemoveUnused(const Listed& entry) const;

  /// Marks the entry, if it exists, as most recently used.
  void MarkUsed(const std::string& kind, const std::string& key) const;

  /// Removes the entry once it is not in use, so that the next `Get` rebuilds it: for an entry that
  /// does not work although it is undamaged.
  Status Discard(const std::string& kind, const std::string& key) const;

  /// Removes entries that are not in use, least recently used first, until at most `limit` bytes
  /// are left, and the lock files of removed entries. Returns the number of bytes freed.
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
