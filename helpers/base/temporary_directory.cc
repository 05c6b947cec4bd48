#include "helpers/base/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <set>
#include <utility>

#include "helpers/base/ownership.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "dualpath.";
constexpr char kLockName[] = "/lock";
constexpr int kMostAttempts = 100;

std::mutex live_mutex;

std::set<std::string>& Live() {
  static auto* live =
      new std::set<std::string>();  // never destroyed: used after static destructors
  return *live;
}

std::string ParentOrDefault(const std::string& parent) {
  return parent.empty() ? TemporaryParent() : parent;
}

/// Removes the lock last, since a sweep skips a non-empty directory without a lock.
void Remove(const std::string& path) {
  const std::string lock = path + kLockName;
  std::error_code ignored;
  // During the exit on a signal another thread may still create files there.
  for (int attempts = 0; attempts < kMostAttempts && fs::exists(path, ignored); ++attempts) {
    for (const auto& entry : fs::directory_iterator(path, ignored)) {
      if (entry.path() != lock) fs::remove_all(entry.path(), ignored);
    }
    if (std::distance(fs::directory_iterator(path, ignored), fs::directory_iterator()) > 1)
      continue;
    fs::remove(lock, ignored);
    fs::remove(path, ignored);
  }
}

/// Fails if another process swept the directory before it had its lock.
Result<FileLock> LockIn(std::string& path, const std::string& pattern) {
  path = pattern;
  if (::mkdtemp(path.data()) == nullptr) {
    return Error::FromErrno("create a temporary directory", path, errno);
  }
  auto lock = FileLock::TryAcquire(path + kLockName, FileLock::Mode::kExclusive);
  if (!lock.ok()) Remove(path);
  return lock;
}

}  // namespace

Result<TemporaryDirectory> TemporaryDirectory::Create(const std::string& parent) {
  const std::string pattern = ParentOrDefault(parent) + "/" + kPrefix + "XXXXXX";
  std::string path;
  auto lock = LockIn(path, pattern);
  if (!lock.ok()) lock = LockIn(path, pattern);
  if (!lock.ok()) return lock.error();
  const std::lock_guard<std::mutex> guard(live_mutex);
  Live().insert(path);
  return TemporaryDirectory(std::move(path), std::move(*lock));
}

TemporaryDirectory::TemporaryDirectory(std::string path, FileLock lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  const std::lock_guard<std::mutex> guard(live_mutex);
  if (Live().erase(path_) > 0) Remove(path_);
}

Status TemporaryDirectory::MoveOut(const std::string& name, const std::string& to) const {
  const std::lock_guard<std::mutex> guard(live_mutex);
  const std::string from = path_ + "/" + name;
  if (Live().count(path_) == 0) return Error::Because("rename to", to, "interrupted by a signal");
  std::error_code ec;
  fs::rename(from, to, ec);
  if (ec) return Error::FromErrno("rename to", to, ec.value());
  return Ok{};
}

std::string TemporaryParent() {
  const char* configured = std::getenv("TMPDIR");
  return configured != nullptr && *configured != '\0' ? configured : "/tmp";
}

void RemoveTemporaryDirectories() {
  const std::lock_guard<std::mutex> guard(live_mutex);
  for (const std::string& path : Live()) Remove(path);
  Live().clear();
}

int SweepTemporaryDirectories(const std::string& parent) {
  int removed = 0;
  std::error_code ec;
  for (const fs::directory_entry& entry : fs::directory_iterator(ParentOrDefault(parent), ec)) {
    const std::string lock_path = entry.path().string() + kLockName;
    if (entry.path().filename().string().rfind(kPrefix, 0) != 0) continue;
    // Anyone may create a directory of this name in /tmp, with a link in place of the lock.
    if (!OpenOwnDirectory(entry.path().string()).ok()) continue;
    if (!fs::exists(lock_path, ec)) {
      // Left by a process killed during Remove; if it is not empty, it is not ours.
      if (fs::remove(entry.path(), ec)) ++removed;
      continue;
    }
    if (!FileLock::TryAcquire(lock_path, FileLock::Mode::kExclusive).ok()) continue;
    Remove(entry.path().string());
    ++removed;
  }
  return removed;
}

}  // namespace dualpath
