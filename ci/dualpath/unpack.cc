#include "ci/dualpath/unpack.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/process/process.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kUnpack[] = "unpack the results of the case";
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;

/// Removes from a tree what is neither a regular file nor a directory.
class Cleaner {
 public:
  explicit Cleaner(const UnpackLimits& limits) : limits_(limits) {}

  Status Clean(const fs::path& directory, int depth) {
    // The tar has an entry for the directory itself, too.
    if (::chmod(directory.c_str(), kDirectoryMode) != 0) {
      return Error::FromErrno(kUnpack, directory.string(), errno);
    }
    if (depth > limits_.depth) return TooMuch(directory, "directories are nested too deeply");
    std::vector<fs::path> directories;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(directory, ec)) {
      if (++files_ > limits_.files) return TooMuch(directory, "too many files");
      struct stat info = {};
      if (::lstat(entry.path().c_str(), &info) != 0) {
        return Error::FromErrno(kUnpack, entry.path().string(), errno);
      }
      if (S_ISDIR(info.st_mode)) {
        directories.push_back(entry.path());
      } else {
        DUALPATH_TRY_STATUS(Check(entry.path(), info));
      }
    }
    if (ec) return Error::FromErrno(kUnpack, directory.string(), ec.value());
    for (const fs::path& each : directories) DUALPATH_TRY_STATUS(Clean(each, depth + 1));
    return Ok{};
  }

 private:
  Status Check(const fs::path& file, const struct stat& info) {
    // A second name could be that of a file elsewhere.
    if (!S_ISREG(info.st_mode) || info.st_nlink > 1) {
      spdlog::warn("removed from the results, since it is not a regular file: {}", file.string());
      if (::unlink(file.c_str()) == 0) return Ok{};
      return Error::FromErrno(kUnpack, file.string(), errno);
    }
    bytes_ += static_cast<std::uint64_t>(info.st_size);
    if (bytes_ > limits_.bytes) return TooMuch(file, "too large");
    if (::chmod(file.c_str(), kFileMode) == 0) return Ok{};
    return Error::FromErrno(kUnpack, file.string(), errno);
  }

  Error TooMuch(const fs::path& path, const std::string& what) const {
    return Error::Because(kUnpack, path.string(),
                          fmt::format("{}; the limits are {} MiB and {} files", what,
                                      limits_.bytes >> 20, limits_.files));
  }

  UnpackLimits limits_;
  std::uint64_t bytes_ = 0;
  int files_ = 0;
};

}  // namespace

Status UnpackResults(const std::string& tar, const std::string& directory,
                     const UnpackLimits& limits) {
  // --touch, since the lab's clock still has the date of its snapshot.
  const auto unpacked = process::ExecuteChecked(
      {{"tar", "-x", "--touch", "--no-same-owner", "--no-same-permissions", "-C", directory}, tar},
      Deadline::In(std::chrono::minutes(10)));
  // Even after an error: what is there is opened later.
  Status cleaned = Cleaner(limits).Clean(directory, 0);
  if (!cleaned.ok()) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(directory, ec)) fs::remove_all(entry, ec);
    return cleaned;
  }
  if (!unpacked.ok()) return unpacked.error();
  return Ok{};
}

}  // namespace dualpath::cli
