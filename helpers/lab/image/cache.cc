#include "helpers/lab/image/cache.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/ownership.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/digest.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kManifest[] = "manifest.json";
constexpr std::chrono::hours kLongestOtherBuild{6};  // by another process, on a loaded machine
// An entry may be damaged once more by chance, not again and again.
constexpr int kMostBuilds = 2;

// About fourteen snapshots.
constexpr std::uint64_t kDefaultLimitGib = 8;
constexpr char kLimitVariable[] = "DUALPATH_CACHE_GIB";

// Larger files are the RAM of VMs, and reading one takes almost as long as rebuilding it.
constexpr std::uintmax_t kLargestDigested = std::uintmax_t{1} << 30;

Result<std::string> DefaultRoot() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (!variable("DUALPATH_CACHE").empty()) return variable("DUALPATH_CACHE");
  if (!variable("XDG_CACHE_HOME").empty()) return variable("XDG_CACHE_HOME") + "/dualpath";
  // No fixed name in /tmp instead: programs are run from the cache.
  if (variable("HOME").empty()) {
    return Error::Because("find the cache", "HOME",
                          "not set; set it, or set DUALPATH_CACHE to a directory for the cache");
  }
  return variable("HOME") + "/.cache/dualpath";
}

Result<std::uint64_t> Limit() {
  const char* value = std::getenv(kLimitVariable);
  if (value == nullptr || *value == '\0') return kDefaultLimitGib << 30;
  char* end = nullptr;
  const double gib = std::strtod(value, &end);
  if (*end != '\0' || !std::isfinite(gib) || gib <= 0) {
    return Error::Because("read environment", std::string(kLimitVariable) + "=\"" + value + "\"",
                          "must be a positive number of GiB, as in 8");
  }
  return static_cast<std::uint64_t>(gib * (1 << 30));
}

/// Returns size and modification time: if both are unchanged, a file is trusted without reading it.
json Stamp(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return nullptr;
  return {{"size", info.st_size},
          {"mtime_ns", info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec}};
}

std::string NameIn(const std::string& directory, const fs::path& file) {
  return file.lexically_relative(directory).string();
}

Status WriteManifest(const std::string& directory) {
  json manifest = json::object();
  std::vector<std::string> paths;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (file.is_directory()) continue;
    manifest[NameIn(directory, file.path())] = {{"stamp", Stamp(file.path().string())}};
    if (file.file_size() <= kLargestDigested) paths.push_back(file.path().string());
  }
  DUALPATH_TRY(const std::vector<std::string> digests, DigestsOfFiles(paths));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    manifest[NameIn(directory, paths[i])]["sha256"] = digests[i];
  }
  return WriteFileAtomically(directory + "/" + kManifest, manifest.dump(2) + "\n");
}

/// Returns how the entry is damaged, or an empty string.
std::string Damage(const std::string& directory) {
  const Result<std::string> text = ReadFile(directory + "/" + kManifest);
  if (!text.ok()) return text.error().ToString();
  const json manifest = json::parse(*text, nullptr, false);
  if (!manifest.is_object() || manifest.empty()) return "unreadable manifest";
  for (const auto& [name, recorded] : manifest.items()) {
    const std::string path = directory + "/" + name;
    if (!recorded.is_object()) return "unreadable manifest";
    if (recorded.value("stamp", json()) == Stamp(path)) continue;
    const json recorded_digest = recorded.value("sha256", json());
    if (recorded_digest.is_null()) return name + " has changed since the build";
    const auto digest = DigestsOfFiles({path});
    if (!digest.ok()) return digest.error().ToString();
    if (recorded_digest != digest->at(0)) return name + " has changed since the build";
  }
  return "";
}

std::uint64_t BytesOnDisk(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code ec;
  // increment() rather than ++, which would throw if the directory is removed concurrently.
  for (fs::recursive_directory_iterator file(directory, ec), end; !ec && file != end;
       file.increment(ec)) {
    struct stat info = {};
    if (::stat(file->path().c_str(), &info) == 0)
      bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
  }
  return bytes;
}

struct EntryOnDisk {
  fs::path directory;
  fs::file_time_type last_used;
  std::uint64_t bytes;
};

std::vector<EntryOnDisk> EntriesIn(const std::string& root) {
  std::vector<EntryOnDisk> entries;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(root, ec)) {
    if (!fs::exists(entry.path() / kManifest, ec)) continue;
    entries.push_back(
        {entry.path(), fs::last_write_time(entry.path(), ec), BytesOnDisk(entry.path())});
  }
  return entries;
}

/// Says what it waits for: another process may build an entry for minutes.
Result<FileLock> LockAfterOthers(const std::string& path, FileLock::Mode mode) {
  auto taken = FileLock::TryAcquire(path, mode);
  if (taken.ok()) return taken;
  const process::Stage stage("wait for another process that builds or uses " +
                             fs::path(path).stem().string());
  return FileLock::Acquire(path, mode, Deadline::In(kLongestOtherBuild));
}

std::uint64_t BytesOf(const std::vector<EntryOnDisk>& entries) {
  return std::accumulate(
      entries.begin(), entries.end(), std::uint64_t{0},
      [](std::uint64_t sum, const EntryOnDisk& entry) { return sum + entry.bytes; });
}

}  // namespace

Result<Cache> Cache::Open(const std::string& root) {
  std::string path = root;
  if (path.empty()) {
    DUALPATH_TRY(path, DefaultRoot());
  }
  std::error_code ec;
  fs::create_directories(fs::absolute(path).parent_path(), ec);
  if (!ec && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    ec.assign(errno, std::generic_category());
  // A link to a larger disk is fine, as long as the directory behind it is ours.
  if (!ec) path = fs::canonical(path, ec).string();
  if (ec) {
    return Error::FromErrno("create the cache directory (set DUALPATH_CACHE to another)", path,
                            ec.value());
  }
  DUALPATH_TRY(const UniqueFd own, OpenOwnDirectory(path));
  DUALPATH_TRY(const std::uint64_t limit, Limit());
  return Cache(std::move(path), limit);
}

std::string Cache::PathOf(const std::string& kind, const std::string& key) const {
  return root_ + "/" + kind + "-" + key;
}

Result<Cache::Entry> Cache::Get(const std::string& kind, const std::string& key,
                                std::uint64_t bytes_needed, const Builder& build) const {
  const std::string directory = PathOf(kind, key);
  const std::string lock_path = directory + ".lock";
  std::error_code ec;
  std::string damage;
  for (int builds = 0;;) {
    {
      DUALPATH_TRY(FileLock shared, LockAfterOthers(lock_path, FileLock::Mode::kShared));
      if (fs::exists(directory, ec)) {
        damage = Damage(directory);
        if (damage.empty()) {
          fs::last_write_time(directory, fs::file_time_type::clock::now(), ec);
          return Entry(directory, std::move(shared));
        }
        spdlog::warn("{} is damaged ({}); rebuilding it", directory, damage);
      }
    }
    DUALPATH_TRY(const FileLock exclusive, LockAfterOthers(lock_path, FileLock::Mode::kExclusive));
    // Another process may have built it in the meantime.
    if (fs::exists(directory, ec) && Damage(directory).empty()) continue;
    if (++builds > kMostBuilds) {
      return Error::Because("build cache entry", directory,
                            damage + ", " + std::to_string(kMostBuilds) +
                                " times; if nothing writes to it, its file system does not keep "
                                "modification times: set DUALPATH_CACHE to another");
    }
    fs::remove_all(directory, ec);  // damaged: makes room for the new one
    DUALPATH_TRY_STATUS(Build(directory, bytes_needed, build));
    const std::uint64_t freed = Prune(limit_);
    if (freed > 0)
      spdlog::info("removed {} MiB of least recently used files from the cache", freed >> 20);
  }
}

Status Cache::Rebuild(const std::string& kind, const std::string& key, std::uint64_t bytes_needed,
                      const Builder& build) const {
  const std::string directory = PathOf(kind, key);
  const auto exclusive = FileLock::TryAcquire(directory + ".lock", FileLock::Mode::kExclusive);
  if (!exclusive.ok()) return exclusive.error().While("rebuild a cache entry that may be in use");
  return Build(directory, bytes_needed, build);
}

std::vector<Cache::Listed> Cache::List() const {
  std::vector<Listed> list;
  for (const EntryOnDisk& entry : EntriesIn(root_)) {
    list.push_back({entry.directory.filename().string(), entry.directory.string(), entry.bytes});
  }
  std::sort(list.begin(), list.end(),
            [](const Listed& a, const Listed& b) { return a.name < b.name; });
  return list;
}

std::optional<Cache::Listed> Cache::Find(const std::string& kind, const std::string& key) const {
  const fs::path directory = PathOf(kind, key);
  std::error_code ec;
  if (!fs::exists(directory / kManifest, ec)) return std::nullopt;
  return Listed{directory.filename().string(), directory.string(), BytesOnDisk(directory)};
}

bool Cache::RemoveUnused(const Listed& entry) const {
  const std::string lock_path = entry.directory + ".lock";
  const auto lock = FileLock::TryAcquire(lock_path, FileLock::Mode::kExclusive);
  if (!lock.ok()) return false;
  std::error_code ec;
  fs::remove_all(entry.directory, ec);
  fs::remove(lock_path, ec);
  return !ec;
}

void Cache::MarkUsed(const std::string& kind, const std::string& key) const {
  std::error_code ec;
  fs::last_write_time(PathOf(kind, key), fs::file_time_type::clock::now(), ec);
}

Status Cache::Build(const std::string& directory, std::uint64_t bytes_needed,
                    const Builder& build) const {
  std::error_code ec;
  SweepTemporaryDirectories(root_);
  fs::space_info space = fs::space(root_, ec);
  if (!ec && space.available < bytes_needed) {
    const std::uint64_t used = BytesOf(EntriesIn(root_));
    const std::uint64_t missing = bytes_needed - space.available;
    if (used >= missing) Prune(used - missing);
    space = fs::space(root_, ec);
  }
  if (!ec && space.available < bytes_needed) {
    return Error::Because("build cache entry", directory,
                          fmt::format("needs {} MiB of disk space, but {} has only {} MiB; free "
                                      "some, or set DUALPATH_CACHE to another file system",
                                      bytes_needed >> 20, root_, space.available >> 20));
  }
  DUALPATH_TRY(const TemporaryDirectory work, TemporaryDirectory::Create(root_));
  const std::string built = work.path() + "/entry";
  fs::create_directory(built, ec);
  if (ec) return Error::FromErrno("create directory", built, ec.value());
  DUALPATH_TRY_STATUS(build(built));
  if (fs::is_empty(built, ec)) {
    return Error::Because("build cache entry", directory, "the builder created no files");
  }
  DUALPATH_TRY_STATUS(WriteManifest(built));
  fs::remove_all(directory, ec);
  return work.MoveOut("entry", directory);
}

Status Cache::Discard(const std::string& kind, const std::string& key) const {
  const std::string directory = PathOf(kind, key);
  DUALPATH_TRY(const FileLock exclusive,
               FileLock::Acquire(directory + ".lock", FileLock::Mode::kExclusive,
                                 Deadline::In(kLongestOtherBuild)));
  std::error_code ec;
  fs::remove_all(directory, ec);
  if (ec) return Error::FromErrno("remove cache entry", directory, ec.value());
  return Ok{};
}

std::uint64_t Cache::Prune(std::uint64_t limit) const {
  std::vector<EntryOnDisk> candidates = EntriesIn(root_);
  const std::uint64_t total = BytesOf(candidates);
  std::sort(candidates.begin(), candidates.end(),
            [](const EntryOnDisk& a, const EntryOnDisk& b) { return a.last_used < b.last_used; });
  std::uint64_t freed = 0;
  for (const EntryOnDisk& candidate : candidates) {
    if (total - freed <= limit) break;
    if (RemoveUnused({"", candidate.directory.string(), candidate.bytes})) freed += candidate.bytes;
  }
  RemoveUnusedLocks();
  return freed;
}

/// Safe, because `FileLock` detects that the file it has locked was removed, and creates it again.
void Cache::RemoveUnusedLocks() const {
  std::vector<fs::path> locks;
  std::error_code ec;
  for (const auto& file : fs::directory_iterator(root_, ec)) {
    const fs::path entry = fs::path(file.path()).replace_extension();
    if (file.path().extension() == ".lock" && !fs::exists(entry, ec)) locks.push_back(file.path());
  }
  for (const fs::path& path : locks) {
    const auto lock = FileLock::TryAcquire(path.string(), FileLock::Mode::kExclusive);
    if (lock.ok() && !fs::exists(fs::path(path).replace_extension(), ec)) fs::remove(path, ec);
  }
}

}  // namespace dualpath::lab
