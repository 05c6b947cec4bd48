#include "helpers/base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <system_error>

#include "helpers/base/unique_fd.h"

namespace dualpath {
namespace {

Result<std::string> ReadAll(int fd, const std::string& path) {
  std::string content;
  std::array<char, 16384> chunk{};
  while (true) {
    const ssize_t n = ::read(fd, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::FromErrno("read file", path, errno);
    if (n == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

Status SeekTo(int fd, const std::string& path, std::uint64_t offset) {
  if (::lseek(fd, static_cast<off_t>(offset), SEEK_SET) >= 0) return Ok{};
  return Error::FromErrno("seek in", path, errno);
}

}  // namespace

Status WriteAll(int fd, const std::string& name, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd entry{fd, POLLOUT, 0};
      ::poll(&entry, 1, -1);
    } else if (errno != EINTR) {
      return Error::FromErrno("write to", name, errno);
    }
  }
  return Ok{};
}

Result<std::string> ReadFile(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Error::FromErrno("read file", path, errno);
  return ReadAll(fd.get(), path);
}

Result<std::string> ReadAttribute(const std::string& path) {
  DUALPATH_TRY(std::string content, ReadFile(path));
  const std::size_t end = content.find_last_not_of(" \t\r\n");
  content.resize(end == std::string::npos ? 0 : end + 1);
  return content;
}

Status WriteAttribute(const std::string& path, const std::string& value) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return Error::FromErrno("write \"" + value + "\"", path, errno);
  const ssize_t n = ::write(fd.get(), value.data(), value.size());
  if (n < 0) return Error::FromErrno("write \"" + value + "\"", path, errno);
  return Ok{};
}

Result<std::size_t> ReadAt(int fd, char* to, std::size_t size, off_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const off_t at = offset + static_cast<off_t>(done);
    const ssize_t n = ::pread(fd, to + done, size - done, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return Error::FromErrno("read", "bytes starting at " + std::to_string(at), errno);
    }
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Status WriteAt(const std::string& path, std::uint64_t offset, const std::string& content) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open", path, errno);
  DUALPATH_TRY_STATUS(SeekTo(fd.get(), path, offset));
  return WriteAll(fd.get(), path, content);
}

bool IsStillAt(int fd, const std::string& path) {
  struct stat ours = {};
  struct stat there = {};
  return ::fstat(fd, &ours) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

Status RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return Ok{};
  return Error::FromErrno("remove file", path, errno);
}

Status WriteFileAtomically(const std::string& path, const std::string& content) {
  std::error_code ec;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ec);
  if (ec) return Error::FromErrno("create the directory for", path, ec.value());
  // A name that nobody can have put there before, such as a link to another file.
  std::random_device random;
  const std::string temporary =
      path + ".new." + std::to_string(random()) + "." + std::to_string(random());
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const UniqueFd fd(::open(temporary.c_str(), kNew, 0644));
  if (!fd) return Error::FromErrno("create file", temporary, errno);
  Status written = WriteAll(fd.get(), temporary, content);
  if (written.ok() && std::rename(temporary.c_str(), path.c_str()) != 0) {
    written = Error::FromErrno("replace file", path, errno);
  }
  if (!written.ok()) ::unlink(temporary.c_str());
  return written;
}

}  // namespace dualpath
