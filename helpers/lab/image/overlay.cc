#include "helpers/lab/image/overlay.h"

#include <spdlog/fmt/fmt.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <optional>

#include "helpers/base/deadline.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/recipe.h"
#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;

constexpr char kLayOver[] = "lay over the lab's root";
// Real time: of gigabytes, from a slow disk, on a busy machine.
constexpr std::chrono::minutes kLongestUnpack{30};

Error RefuseOverlay(const std::string& path, const std::string& reason) {
  return Error::Because(kLayOver, path, reason);
}

Status CheckTree(const std::string& path, const std::string& directory,
                 const OverlayLimits& limits) {
  DUALPATH_TRY(const std::vector<InputFile> files, FilesBelow(directory));
  if (files.empty()) return RefuseOverlay(path, "it has no files");
  std::uint64_t bytes = 0;
  for (const InputFile& file : files) {
    struct stat info = {};
    if (::lstat(file.path.c_str(), &info) != 0) return Error::FromErrno(kLayOver, file.path, errno);
    if (S_ISREG(info.st_mode)) {
      bytes += static_cast<std::uint64_t>(info.st_size);
    } else if (!S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode)) {
      return RefuseOverlay(path, "\"" + file.name +
                                     "\" is a device, FIFO or socket; only files, "
                                     "directories and symbolic links can be used: remove it");
    }
  }
  if (bytes > limits.bytes || files.size() > limits.files) {
    return RefuseOverlay(
        path, fmt::format("{} MiB in {} files; the limits are {} MiB and {} files", bytes >> 20,
                          files.size(), limits.bytes >> 20, limits.files));
  }
  return Ok{};
}

}  // namespace

Status UnpackArchive(const std::string& archive, const std::string& directory,
                     const OverlayLimits& limits) {
  process::Command command{{RecipeFile("unpack-archive"), archive, directory}};
  command.confined = true;
  DUALPATH_TRY(const process::Output unpacked,
               process::Execute(command, Deadline::In(kLongestUnpack)));
  if (!unpacked.exit.ok()) {
    return RefuseOverlay(archive, "not a tar or .deb that can be unpacked: " +
                                      unpacked.err.substr(0, unpacked.err.find('\n')));
  }
  return CheckTree(archive, directory, limits);
}

Status CheckOverlay(const std::string& path, const OverlayLimits& limits) {
  std::error_code ec;
  const auto status = fs::status(path, ec);
  if (!fs::exists(status)) return RefuseOverlay(path, "no such file or directory");
  if (fs::is_directory(status)) return CheckTree(path, path, limits);
  if (fs::is_regular_file(status)) return Ok{};
  return RefuseOverlay(path, "neither a directory nor a file");
}

Result<std::vector<InputFile>> FilesOfOverlay(const std::string& path) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) return FilesBelow(path);
  return std::vector<InputFile>{{"archive", path}};
}

Status StageOverlay(const std::string& path, const std::string& tar, const OverlayLimits& limits) {
  DUALPATH_TRY_STATUS(CheckOverlay(path, limits));
  std::error_code ec;
  std::string tree = path;
  std::optional<TemporaryDirectory> unpacked;
  if (!fs::is_directory(path, ec)) {
    DUALPATH_TRY(TemporaryDirectory directory,
                 TemporaryDirectory::Create(fs::path(tar).parent_path().string()));
    unpacked.emplace(std::move(directory));
    tree = unpacked->path() + "/tree";
    if (!fs::create_directory(tree, ec)) return Error::FromErrno(kLayOver, tree, ec.value());
    DUALPATH_TRY_STATUS(UnpackArchive(path, tree, limits));
  }
  DUALPATH_TRY_STATUS(
      process::ExecuteChecked({{"tar", "-c", "--owner=0", "--group=0", "--numeric-owner",
                                "--force-local", "-f", tar, "-C", tree, "."}},
                              Deadline::In(kLongestUnpack)));
  return Ok{};
}

}  // namespace dualpath::lab
