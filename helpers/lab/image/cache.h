#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "helpers/base/file_lock.h"
#include "helpers/base/result.h"

namespace dualpath::lab {

/// What is expensive to make (images, snapshots, payloads), kept between runs and shared by all
/// clones of this user.
///
/// An entry is a directory `<kind>-<key>`. It appears by a rename, whole or not at all. Its
/// manifest holds every file's size, modification time and, up to 1 GiB, SHA-256: a file whose size
/// and time are as recorded is trusted, any other is read again, and an entry that fails is made
/// anew. Whenever one was made, those used longest ago go, down to the limit; and before, where the
/// disk has no room for it.
class Cache {
 public:
  /// Makes the entry's files in `directory`.
  using Builder = std::function<Status(const std::string& directory)>;

  /// An entry in use. While the object lives the entry is not pruned.
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

  /// `root` empty: DUALPATH_CACHE, else XDG_CACHE_HOME/dualpath, else ~/.cache/dualpath. The limit
  /// is DUALPATH_CACHE_GIB, else 8 GiB.
  static Result<Cache> Open(const std::string& root = "");

  const std::string& root() const { return root_; }

  /// The entry, made by `build` if it is missing or damaged. `bytes_needed` is the free space that
  /// making it takes. Two processes that want the same entry make it once.
  Result<Entry> Get(const std::string& kind, const std::string& key, std::uint64_t bytes_needed,
                    const Builder& build) const;

  /// Counts as a use of the entry, if there is one.
  void MarkUsed(const std::string& kind, const std::string& key) const;

  /// Removes the entry, so that the next `Get` makes it anew: for an entry that passed its check
  /// and still did not work. Waits until nobody uses it.
  Status Discard(const std::string& kind, const std::string& key) const;

  /// Removes entries that nobody uses, least recently used first, until at most `limit` bytes are
  /// left, and the lock files of entries that are gone. Returns the bytes freed.
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
