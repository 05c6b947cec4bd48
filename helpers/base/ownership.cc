#include "helpers/base/ownership.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dualpath {
namespace {

std::string NotOurs(uid_t owner) {
  return "belongs to uid " + std::to_string(owner) + ", not to uid " + std::to_string(::geteuid());
}

}  // namespace

Result<UniqueFd> OpenOwnDirectory(const std::string& path) {
  constexpr char kOperation[] = "open our directory";
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return Error::FromErrno(kOperation, path, errno);
  struct stat info = {};
  if (::fstat(fd.get(), &info) != 0) return Error::FromErrno(kOperation, path, errno);
  if (info.st_uid != ::geteuid()) return Error::Because(kOperation, path, NotOurs(info.st_uid));
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error::Because(kOperation, path,
                          "other users can write to it; remove what you do not know in it, then: "
                          "chmod go-w " +
                              path);
  }
  return fd;
}

Status CheckPeerIsOurs(const UniqueFd& socket, const std::string& peer) {
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Error::FromErrno("identify the peer", peer, errno);
  }
  if (credentials.uid != ::geteuid()) {
    return Error::Because("identify the peer", peer, NotOurs(credentials.uid));
  }
  return Ok{};
}

}  // namespace dualpath
