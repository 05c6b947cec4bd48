#include "helpers/lab/image/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <thread>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr std::size_t kDiskBytes = std::size_t{1} << 20;

class CacheTest : public ::testing::Test {
 protected:
  /// Returns a builder that counts its calls.
  Cache::Builder Builds(const std::string& content = "disk\n") {
    return [this, content](const std::string& directory) -> Status {
      ++builds_;
      DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/disk", content));
      return WriteFileAtomically(directory + "/kernel", "kernel\n");
    };
  }

  Result<Cache::Entry> Get(const std::string& key = "key") {
    return cache_.Get("image", key, 0, Builds());
  }

  /// Gets the entry and releases it immediately.
  std::string DirectoryOf(const std::string& key = "key") {
    const auto entry = Get(key);
    EXPECT_TRUE(entry.ok()) << entry.error().ToString();
    return entry->directory();
  }

  /// Changes the file's modification time.
  static void Touch(const std::string& path) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - hours(1));
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(cache_.root())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path() + "/cache");
  int builds_ = 0;
};

TEST_F(CacheTest, BuildsAnEntryOnce) {
  for (int i = 0; i < 2; ++i) {
    const auto entry = Get();
    ASSERT_TRUE(entry.ok()) << entry.error().ToString();
    EXPECT_EQ(entry->directory(), cache_.root() + "/image-key");
    EXPECT_EQ(entry->File("disk"), cache_.root() + "/image-key/disk");
    EXPECT_EQ(*ReadFile(entry->File("disk")), "disk\n");
    EXPECT_EQ(*ReadFile(entry->File("kernel")), "kernel\n");
  }
  EXPECT_EQ(builds_, 1);
  EXPECT_THAT(Names(), UnorderedElementsAre("image-key", "image-key.lock"));
}

TEST_F(CacheTest, AnEntryThatIsNeverFoundAsItWasBuiltIsAnError) {
  // Leads to another file once the entry is at its place, like a file whose time is changed late.
  ASSERT_TRUE(WriteFileAtomically(cache_.root() + "/f", "while it is built").ok());
  ASSERT_TRUE(WriteFileAtomically(directory_.path() + "/f", "afterwards").ok());
  const auto entry = cache_.Get("image", "key", 0, [&](const std::string& directory) -> Status {
    if (++builds_ == 10) return Error::Because("build", "image", "for ever");
    fs::create_symlink("../../f", directory + "/disk");
    return Ok{};
  });
  ASSERT_FALSE(entry.ok());
  EXPECT_THAT(entry.error().ToString(),
              AllOf(HasSubstr("image-key: disk has changed since the build, 2 times"),
                    HasSubstr("set DUALPATH_CACHE to another")));
  EXPECT_EQ(builds_, 2);
}

TEST_F(CacheTest, DistinguishesKindsAndKeys) {
  DirectoryOf("a");
  DirectoryOf("b");
  ASSERT_TRUE(cache_.Get("snapshot", "a", 0, Builds()).ok());
  EXPECT_EQ(builds_, 3);
}

TEST_F(CacheTest, SharesAnEntryInUse) {
  const auto one = Get();
  const auto other = Get();
  EXPECT_TRUE(one.ok() && other.ok());
  EXPECT_EQ(builds_, 1);
}

TEST_F(CacheTest, AFailedBuildLeavesNoFiles) {
  const auto entry = cache_.Get("image", "key", 0, [](const std::string& directory) -> Status {
    DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/disk", "half a di"));
    return Error::Because("build", "image", "the mirror is down");
  });
  ASSERT_FALSE(entry.ok());
  EXPECT_EQ(entry.error().ToString(), "build: image: the mirror is down");
  EXPECT_THAT(Names(), ElementsAre("image-key.lock"));
  EXPECT_EQ(*ReadFile(DirectoryOf() + "/disk"), "disk\n") << "the next call builds it";
}

TEST_F(CacheTest, ABuildWithoutFilesIsAnError) {
  int builds = 0;
  const auto entry = cache_.Get("image", "key", 0, [&](const std::string&) -> Status {
    if (++builds > 3) return Error::Because("build", "image", "again and again");
    return Ok{};
  });
  ASSERT_FALSE(entry.ok());
  EXPECT_EQ(entry.error().ToString(),
            "build cache entry: " + cache_.root() + "/image-key: the builder created no files");
  EXPECT_EQ(builds, 1);
}

TEST_F(CacheTest, ATruncatedFileIsRebuilt) {
  fs::resize_file(DirectoryOf() + "/disk", 2);
  EXPECT_EQ(*ReadFile(DirectoryOf() + "/disk"), "disk\n");
  EXPECT_EQ(builds_, 2);
}

TEST_F(CacheTest, AChangedFileOfTheSameSizeIsRebuilt) {
  const std::string disk = DirectoryOf() + "/disk";
  ASSERT_TRUE(WriteFileAtomically(disk, "dusk\n").ok());
  Touch(disk);
  EXPECT_EQ(*ReadFile(DirectoryOf() + "/disk"), "disk\n");
  EXPECT_EQ(builds_, 2);
}

TEST_F(CacheTest, AMissingFileIsRebuilt) {
  fs::remove(DirectoryOf() + "/kernel");
  EXPECT_EQ(*ReadFile(DirectoryOf() + "/kernel"), "kernel\n");
  EXPECT_EQ(builds_, 2);
}

TEST_F(CacheTest, FilesInSubdirectoriesAreChecked) {
  const auto make = [&] {
    const auto entry = cache_.Get("image", "key", 0, [&](const std::string& directory) -> Status {
      ++builds_;
      return WriteFileAtomically(directory + "/qemu/lib/libc.so.6", "libc\n");
    });
    EXPECT_TRUE(entry.ok()) << entry.error().ToString();
    return entry->File("qemu/lib/libc.so.6");
  };
  const std::string library = make();
  make();
  EXPECT_EQ(builds_, 1);
  fs::remove(library);
  make();
  EXPECT_EQ(builds_, 2);
  ASSERT_TRUE(WriteFileAtomically(library, "lobc\n").ok());
  Touch(library);
  EXPECT_EQ(*ReadFile(make()), "libc\n");
  EXPECT_EQ(builds_, 3);
}

TEST_F(CacheTest, AnUnchangedFileWithAnotherTimeIsAccepted) {
  Touch(DirectoryOf() + "/disk");
  DirectoryOf();
  EXPECT_EQ(builds_, 1);
}

TEST_F(CacheTest, AnEntryWithAnUnreadableManifestIsRebuilt) {
  for (const char* manifest : {"", "{", "{}", "[]", R"({"disk": 1})", R"({"disk": {}})",
                               R"({"disk": {"sha256": 7}})", R"({"disk": {"stamp": "x"}})"}) {
    const std::string path = DirectoryOf() + "/manifest.json";
    const int before = builds_;
    ASSERT_TRUE(WriteFileAtomically(path, manifest).ok());
    DirectoryOf();
    EXPECT_EQ(builds_, before + 1) << manifest;
  }
}

TEST_F(CacheTest, RebuildReplacesAnEntry) {
  DirectoryOf();
  ASSERT_TRUE(cache_.Rebuild("image", "key", 0, Builds("new disk\n")).ok());
  EXPECT_EQ(*ReadFile(DirectoryOf() + "/disk"), "new disk\n");
  EXPECT_EQ(builds_, 2);
}

TEST_F(CacheTest, ARebuildThatFailsKeepsTheEntryAndNothingElse) {
  DirectoryOf();
  const Status rebuilt =
      cache_.Rebuild("image", "key", 0, [](const std::string& directory) -> Status {
        DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/disk", "half\n"));
        return Error::Because("build", "the disk", "no space left");
      });
  ASSERT_FALSE(rebuilt.ok());
  EXPECT_EQ(*ReadFile(DirectoryOf() + "/disk"), "disk\n");
  EXPECT_EQ(builds_, 1);
  EXPECT_THAT(Names(), UnorderedElementsAre("image-key", "image-key.lock"));
}

TEST_F(CacheTest, RebuildRefusesAnEntryInUse) {
  const auto used = Get();
  const Status rebuilt = cache_.Rebuild("image", "key", 0, Builds());
  ASSERT_FALSE(rebuilt.ok());
  EXPECT_THAT(rebuilt.error().ToString(), HasSubstr("may be in use"));
  EXPECT_EQ(builds_, 1);
}

TEST_F(CacheTest, RemovesAListedEntryUnlessItIsInUse) {
  std::optional<Cache::Entry> used = *Get();
  const std::vector<Cache::Listed> list = cache_.List();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].name, "image-key");
  EXPECT_GT(list[0].bytes, 0U);
  EXPECT_FALSE(cache_.RemoveUnused(list[0]));
  used.reset();
  EXPECT_TRUE(cache_.RemoveUnused(list[0]));
  EXPECT_TRUE(cache_.List().empty());
  EXPECT_TRUE(Names().empty());
}

TEST_F(CacheTest, TwoThreadsBuildAnEntryOnce) {
  std::atomic<int> builds{0};
  std::atomic<bool> other_begun{false};
  const auto build = [&](const std::string& directory) -> Status {
    ++builds;
    PollUntil(Deadline::In(seconds(20)), [&] { return other_begun.load(); });
    return WriteFileAtomically(directory + "/disk", "disk\n");
  };
  std::thread other([&] {
    PollUntil(Deadline::In(seconds(20)), [&] { return builds > 0; });
    other_begun = true;
    const auto entry = cache_.Get("image", "key", 0, build);
    EXPECT_TRUE(entry.ok()) << entry.error().ToString();
  });
  const auto entry = cache_.Get("image", "key", 0, build);
  EXPECT_TRUE(entry.ok()) << entry.error().ToString();
  other.join();
  EXPECT_EQ(builds, 1);
}

TEST_F(CacheTest, TwoProcessesBuildAnEntryOnce) {
  // They synchronize, so that the second calls Get() while the first builds.
  std::array<int, 2> building{};
  std::array<int, 2> asking{};
  ASSERT_EQ(::pipe(building.data()), 0);
  ASSERT_EQ(::pipe(asking.data()), 0);
  const std::array<UniqueFd, 4> ends = {UniqueFd(building[0]), UniqueFd(building[1]),
                                        UniqueFd(asking[0]), UniqueFd(asking[1])};
  char byte = 'x';
  const int child = ::fork();
  if (child == 0) {
    const bool synchronized =
        ::read(building[0], &byte, 1) == 1 && ::write(asking[1], &byte, 1) == 1;
    const auto entry = Get();
    ::_exit(synchronized && entry.ok() ? builds_ : 99);
  }
  const auto entry = cache_.Get("image", "key", 0, [&](const std::string& made) -> Status {
    EXPECT_EQ(::write(building[1], &byte, 1), 1);
    EXPECT_EQ(::read(asking[0], &byte, 1), 1);
    return Builds()(made);
  });
  EXPECT_TRUE(entry.ok()) << entry.error().ToString();
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "number of builds by the other process";
  EXPECT_EQ(builds_, 1);
}

TEST_F(CacheTest, TooLittleSpaceIsAnErrorBeforeTheBuild) {
  const auto entry =
      cache_.Get("image", "key", std::numeric_limits<std::uint64_t>::max(), Builds());
  ASSERT_FALSE(entry.ok());
  EXPECT_THAT(entry.error().ToString(),
              AllOf(HasSubstr("build cache entry: " + cache_.root() +
                              "/image-key: needs 17592186044415 MiB of disk space, but " +
                              cache_.root() + " has only "),
                    EndsWith(" MiB; free some, or set DUALPATH_CACHE to another file system")));
  EXPECT_EQ(builds_, 0);
  EXPECT_THAT(Names(), ElementsAre("image-key.lock"));
}

TEST_F(CacheTest, SpaceIsOnlyCheckedBeforeABuild) {
  DirectoryOf();
  EXPECT_TRUE(cache_.Get("image", "key", std::numeric_limits<std::uint64_t>::max(), Builds()).ok());
}

TEST_F(CacheTest, FilesOfAKilledBuildAreRemovedByTheNext) {
  const int child = ::fork();
  if (child == 0) {
    const auto killed = cache_.Get("image", "killed", 0, [](const std::string&) -> Status {
      ::_exit(0);  // like SIGKILL, without destructors
    });
    ::_exit(killed.ok() ? 1 : 2);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_THAT(Names(),
              UnorderedElementsAre("image-killed.lock", ::testing::StartsWith("dualpath.")));
  DirectoryOf();
  EXPECT_THAT(Names(), UnorderedElementsAre("image-key", "image-key.lock"));
}

TEST_F(CacheTest, ADiscardedEntryIsRebuilt) {
  DirectoryOf();
  ASSERT_TRUE(cache_.Discard("image", "key").ok());
  EXPECT_FALSE(fs::exists(cache_.root() + "/image-key"));
  ASSERT_TRUE(cache_.Discard("image", "key").ok()) << "a missing entry is not an error";
  DirectoryOf();
  EXPECT_EQ(builds_, 2);
}

/// A cache with three entries, last used hours ago in the order of their names.
class PruneTest : public CacheTest {
 protected:
  PruneTest() {
    int age = 4;
    for (const char* key : {"a", "b", "c"}) {
      EXPECT_TRUE(cache_.Get("image", key, 0, Builds(std::string(kDiskBytes, 'x'))).ok());
      LastUsed(key, hours(--age));
      bytes_[key] = BytesIn(PathOf(key));
      EXPECT_GE(bytes_[key], kDiskBytes);
      all_ += bytes_[key];
    }
  }

  std::string PathOf(const std::string& key) const { return cache_.root() + "/image-" + key; }

  void LastUsed(const std::string& key, hours ago) const {
    fs::last_write_time(PathOf(key), fs::file_time_type::clock::now() - ago);
  }

  static std::uint64_t BytesIn(const std::string& directory) {
    std::uint64_t bytes = 0;
    for (const auto& file : fs::directory_iterator(directory)) {
      struct stat info = {};
      EXPECT_EQ(::stat(file.path().c_str(), &info), 0);
      bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
    return bytes;
  }

  std::string Left() const {
    std::string left;
    for (const auto& [key, bytes] : bytes_) {
      if (fs::exists(PathOf(key))) left += key;
    }
    return left;
  }

  std::map<std::string, std::uint64_t> bytes_;
  std::uint64_t all_ = 0;
};

TEST_F(PruneTest, RemovesTheLeastRecentlyUsedFirst) {
  EXPECT_EQ(cache_.Prune(all_), 0U);
  EXPECT_EQ(Left(), "abc");
  EXPECT_EQ(cache_.Prune(all_ - 1), bytes_["a"]);
  EXPECT_EQ(Left(), "bc");
  EXPECT_EQ(cache_.Prune(0), bytes_["b"] + bytes_["c"]);
  EXPECT_EQ(Left(), "");
}

TEST_F(PruneTest, RemovesNothingIfThatWouldNotFreeEnough) {
  EXPECT_FALSE(cache_.Get("image", "d", std::numeric_limits<std::uint64_t>::max(), Builds()).ok());
  EXPECT_EQ(Left(), "abc");
}

TEST_F(PruneTest, GetMarksAnEntryUsed) {
  DirectoryOf("a");
  EXPECT_EQ(cache_.Prune(all_ - 1), bytes_["b"]);
  EXPECT_EQ(Left(), "ac");
}

TEST_F(PruneTest, NeverRemovesAnEntryInUse) {
  const auto in_use = Get("a");
  ASSERT_TRUE(in_use.ok()) << in_use.error().ToString();
  LastUsed("a", hours(9));
  EXPECT_EQ(cache_.Prune(all_ - 1), bytes_["b"]) << "the next one is removed instead";
  EXPECT_EQ(cache_.Prune(0), bytes_["c"]);
  EXPECT_EQ(Left(), "a");
  EXPECT_EQ(*ReadFile(in_use->File("kernel")), "kernel\n");
}

TEST_F(PruneTest, CountsFilesInSubdirectories) {
  ASSERT_TRUE(cache_
                  .Get("image", "d", 0,
                       [](const std::string& directory) {
                         return WriteFileAtomically(directory + "/qemu/lib",
                                                    std::string(kDiskBytes, 'x'));
                       })
                  .ok());
  EXPECT_GE(cache_.Prune(0), all_ + kDiskBytes);
}

TEST_F(PruneTest, KeepsOtherFiles) {
  const std::string other = cache_.root() + "/notes/todo";
  ASSERT_TRUE(WriteFileAtomically(other, "x").ok());
  EXPECT_EQ(cache_.Prune(0), all_);
  EXPECT_TRUE(fs::exists(other));
}

TEST_F(PruneTest, MarkUsedMarksAnEntryUsed) {
  cache_.MarkUsed("image", "a");
  cache_.MarkUsed("image", "none");
  EXPECT_EQ(cache_.Prune(all_ - 1), bytes_["b"]);
  EXPECT_EQ(Left(), "ac");
}

TEST_F(PruneTest, RemovesTheLocksOfRemovedEntries) {
  cache_.Prune(all_ - 1);
  EXPECT_FALSE(fs::exists(PathOf("a") + ".lock"));
  EXPECT_TRUE(fs::exists(PathOf("b") + ".lock"));
  const auto making = FileLock::TryAcquire(PathOf("d") + ".lock", FileLock::Mode::kExclusive);
  cache_.Prune(all_);
  EXPECT_TRUE(fs::exists(PathOf("d") + ".lock")) << "the entry is being built";
}

TEST_F(PruneTest, ARemovedEntryIsRebuilt) {
  cache_.Prune(0);
  const int before = builds_;
  DirectoryOf("a");
  EXPECT_EQ(builds_, before + 1);
}

/// Sets an environment variable and restores it on destruction.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* old = std::getenv(name_.c_str())) before_ = old;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() {
    before_ ? ::setenv(name_.c_str(), before_->c_str(), 1) : ::unsetenv(name_.c_str());
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

TEST_F(CacheTest, PrunesToTheLimitAfterABuild) {
  const Variable limit("DUALPATH_CACHE_GIB", "0.002");  // two entries of 1 MiB
  const Cache cache = *Cache::Open(cache_.root());
  for (const char* key : {"a", "b", "c"}) {
    ASSERT_TRUE(cache.Get("image", key, 0, Builds(std::string(kDiskBytes, 'x'))).ok());
  }
  EXPECT_FALSE(fs::exists(cache_.root() + "/image-a"));
  EXPECT_TRUE(fs::exists(cache_.root() + "/image-c"));
}

TEST(CacheOpen, RejectsAnInvalidLimit) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  for (const char* value : {"x", "8G", "0", "-1", "nan"}) {
    const Variable limit("DUALPATH_CACHE_GIB", value);
    const auto cache = Cache::Open(directory.path());
    ASSERT_FALSE(cache.ok()) << value;
    EXPECT_EQ(cache.error().ToString(), "read environment: DUALPATH_CACHE_GIB=\"" +
                                            std::string(value) +
                                            "\": must be a positive number of GiB, as in 8");
  }
}

TEST(CacheOpen, ChoosesTheDirectoryFromTheEnvironment) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const auto root = [&](const std::string& cache, const std::string& xdg) {
    const Variable first("DUALPATH_CACHE", cache);
    const Variable second("XDG_CACHE_HOME", xdg);
    const Variable third("HOME", directory.path() + "/home");
    return Cache::Open()->root();
  };
  const std::string own = directory.path() + "/own";
  const std::string xdg = directory.path() + "/xdg";
  EXPECT_EQ(root(own, xdg), own);
  EXPECT_EQ(root("", xdg), xdg + "/dualpath");
  EXPECT_EQ(root("", ""), directory.path() + "/home/.cache/dualpath");
  EXPECT_TRUE(fs::is_directory(own));
}

TEST(CacheOpen, NeedsAHomeRatherThanAFixedNameInTmp) {
  const Variable first("DUALPATH_CACHE", "");
  const Variable second("XDG_CACHE_HOME", "");
  const Variable third("HOME", "");
  const auto cache = Cache::Open();
  ASSERT_FALSE(cache.ok());
  EXPECT_EQ(cache.error().ToString(),
            "find the cache: HOME: not set; set it, or set DUALPATH_CACHE to a directory for the "
            "cache");
}

TEST(CacheOpen, RefusesADirectoryThatOthersCanWriteTo) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string path = directory.path() + "/cache";
  EXPECT_TRUE(Cache::Open(path).ok());
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
  fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
  const auto cache = Cache::Open(path);
  ASSERT_FALSE(cache.ok());
  EXPECT_THAT(cache.error().ToString(), HasSubstr("chmod go-w " + path));
}

TEST(CacheOpen, FollowsALinkToADirectoryOfOurs) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string disk = directory.path() + "/disk";
  fs::create_directory(disk);
  fs::create_directory_symlink(disk, directory.path() + "/cache");
  const auto cache = Cache::Open(directory.path() + "/cache");
  ASSERT_TRUE(cache.ok()) << cache.error().ToString();
  EXPECT_EQ(cache->root(), disk);
}

TEST(CacheOpen, ErrorNamesTheVariableForAnotherDirectory) {
  const auto cache = Cache::Open("/proc/no/such");
  ASSERT_FALSE(cache.ok());
  EXPECT_THAT(
      cache.error().ToString(),
      HasSubstr("create the cache directory (set DUALPATH_CACHE to another): /proc/no/such: "));
}

}  // namespace
}  // namespace dualpath::lab
