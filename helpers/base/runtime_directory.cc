#include "helpers/base/runtime_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "helpers/base/ownership.h"

namespace dualpath {
namespace {

constexpr char kName[] = "dualpath";
constexpr mode_t kOnlyOurs = 0700;

}  // namespace

Result<std::string> RuntimeDirectory() {
  if (::geteuid() == 0) return RuntimeDirectoryIn("/run");
  const char* const parent = std::getenv("XDG_RUNTIME_DIR");
  if (parent == nullptr || *parent == '\0') {
    return Error::Because("find the runtime directory", "XDG_RUNTIME_DIR", "not set");
  }
  return RuntimeDirectoryIn(parent);
}

Result<std::string> RuntimeDirectoryIn(const std::string& parent) {
  DUALPATH_TRY(const UniqueFd above, OpenOwnDirectory(parent));
  std::string path = parent + "/" + kName;
  if (::mkdirat(above.get(), kName, kOnlyOurs) != 0 && errno != EEXIST) {
    return Error::FromErrno("create directory", path, errno);
  }
  DUALPATH_TRY(const UniqueFd directory, OpenOwnDirectory(path));
  if (::fchmod(directory.get(), kOnlyOurs) != 0) {
    return Error::FromErrno("change the mode of", path, errno);
  }
  return path;
}

}  // namespace dualpath
