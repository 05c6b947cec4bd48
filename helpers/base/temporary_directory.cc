#include "helpers/base/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>
#include <utility>

namespace dualpath {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "dualpath.";
constexpr char kLockName[] = "/lock";

std::mutex live_mutex;

std::set<std::string>& Live() {
  static auto* live = new std::set<std::string>();  // outlives static destructors, on purpose
  return *live;
}

std::string ParentOrDefault(const std::string& parent) {
  return parent.empty() ? TemporaryParent() : parent;
}

void Remove(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace

Result<TemporaryDirectory> TemporaryDirectory::Create(const std::string& parent) {
  std::string path = ParentOrDefault(parent) + "/" + kPrefix + "XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return Error::FromErrno("create a temporary directory", path, errno);
  }
  auto lock = FileLock::TryAcquire(path + kLockName, FileLock::Mode::kExclusive);
  if (!lock.ok()) {
    Remove(path);
    return lock.error();
  }
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
    if (entry.path().filename().string().rfind(kPrefix, 0) != 0 || !fs::exists(lock_path, ec)) {
      continue;
    }
    if (!FileLock::TryAcquire(lock_path, FileLock::Mode::kExclusive).ok()) continue;
    Remove(entry.path().string());
    ++removed;
  }
  return removed;
}

}  // namespace dualpath
