#include "helpers/base/replace_file.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kNewFileMode = 0644;

Status LockForWriting(int fd, const std::string& path) {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  while (::fcntl(fd, F_SETLKW, &whole) != 0) {
    if (errno != EINTR) return Error::FromErrno("lock file", path, errno);
  }
  return Ok{};
}

Status Flush(int fd, const std::string& path) {
  return ::fsync(fd) == 0 ? Status(Ok{}) : Error::FromErrno("flush", path, errno);
}

Status FlushDirectoryOf(const std::string& path) {
  const std::string directory = fs::path(path).parent_path().string();
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open", directory, errno);
  return Flush(fd.get(), directory);
}

/// Copies the extended attributes; a file system without any has nothing to copy.
Status CopyAttributes(int from, int to, const std::string& path) {
  std::string names(XATTR_LIST_MAX, '\0');
  const ssize_t length = ::flistxattr(from, names.data(), names.size());
  if (length < 0 && (errno == ENOTSUP || errno == ENOSYS)) return Ok{};
  if (length < 0) return Error::FromErrno("list the attributes of", path, errno);
  std::string value(XATTR_SIZE_MAX, '\0');
  for (const char* name = names.data(); name < names.data() + length;
       name += std::strlen(name) + 1) {
    const ssize_t size = ::fgetxattr(from, name, value.data(), value.size());
    if (size < 0 || ::fsetxattr(to, name, value.data(), static_cast<std::size_t>(size), 0) != 0) {
      return Error::FromErrno(std::string("copy the attribute ") + name + " of", path, errno);
    }
  }
  return Ok{};
}

Status CopyMetadata(int from, int to, const std::string& path) {
  struct stat info = {};
  // The owner first, since chown(2) clears mode bits.
  if (::fstat(from, &info) != 0 || ::fchown(to, info.st_uid, info.st_gid) != 0 ||
      ::fchmod(to, info.st_mode & 07777) != 0) {
    return Error::FromErrno("copy owner and mode of", path, errno);
  }
  return CopyAttributes(from, to, path);
}

/// Writes a new file with the metadata of `model` (none if negative) and renames it to `path`.
Status Replace(const std::string& path, const std::string& content, int model) {
  const std::string temporary = ReplacementOf(path);
  // Left by a process that was killed.
  DUALPATH_TRY_STATUS(RemoveFile(temporary));
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const UniqueFd fd(::open(temporary.c_str(), kFlags, model < 0 ? kNewFileMode : S_IRUSR));
  if (!fd) return Error::FromErrno("create file", temporary, errno);
  const auto replace = [&]() -> Status {
    if (model >= 0) DUALPATH_TRY_STATUS(CopyMetadata(model, fd.get(), path));
    DUALPATH_TRY_STATUS(WriteAll(fd.get(), temporary, content));
    DUALPATH_TRY_STATUS(Flush(fd.get(), temporary));
    if (std::rename(temporary.c_str(), path.c_str()) == 0) return FlushDirectoryOf(path);
    return Error::FromErrno("replace file", path, errno);
  };
  Status replaced = replace();
  if (!replaced.ok()) ::unlink(temporary.c_str());
  return replaced;
}

}  // namespace

std::string ReplacementOf(const std::string& path) { return path + ".dualpath-new"; }

Status WriteFileDurably(const std::string& path, const std::string& content) {
  std::error_code ec;
  fs::create_directories(fs::path(path).parent_path(), ec);
  if (ec) return Error::FromErrno("create the directory for", path, ec.value());
  return Replace(path, content, -1);
}

Status EditFile(const std::string& path,
                const std::function<std::string(const std::string&)>& edit) {
  std::error_code ec;
  const std::string real = fs::canonical(path, ec).string();
  if (ec == std::errc::no_such_file_or_directory) return Ok{};
  if (ec) return Error::FromErrno("find", path, ec.value());
  while (true) {
    const UniqueFd fd(::open(real.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && errno == ENOENT) return Ok{};
    if (!fd) return Error::FromErrno("open", real, errno);
    DUALPATH_TRY_STATUS(LockForWriting(fd.get(), real));
    if (!IsStillAt(fd.get(), real)) continue;
    DUALPATH_TRY(const std::string before, ReadFile(real));
    const std::string after = edit(before);
    return after == before ? Status(Ok{}) : Replace(real, after, fd.get());
  }
}

}  // namespace dualpath
