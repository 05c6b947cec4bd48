#include "images/guest/agent/init.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "images/guest/agent/files.h"

namespace dualpath::guest::agent {
namespace {

constexpr char kPorts[] = "/sys/class/virtio-ports";
constexpr PollPace kPortPace{std::chrono::milliseconds(10), std::chrono::milliseconds(10)};

struct Mount {
  const char* type;
  const char* target;
};

constexpr std::array<Mount, 3> kMounts{
    {{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}}};

Status LoadModule(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open module", path, errno);
  // ENODEV: a CPU without what the module is for, as crct10dif-pclmul of bullseye and bookworm
  // says on qemu64. A generic module does the work.
  if (::syscall(SYS_finit_module, fd.get(), "", 0) != 0 && errno != EEXIST && errno != ENODEV) {
    return Error::FromErrno("load module", path, errno);
  }
  return Ok{};
}

/// Returns "/dev/vport1p1", or an empty string without a port of that name.
std::string FindPort(const std::string& name) {
  for (const std::string& port : ListDirectory(kPorts)) {
    if (AttributeOrEmpty(std::string(kPorts) + "/" + port + "/name") == name) return "/dev/" + port;
  }
  return "";
}

}  // namespace

Status MountFileSystems() {
  for (const Mount& mount : kMounts) {
    ::mkdir(mount.target, 0755);
    if (::mount(mount.type, mount.target, mount.type, 0, nullptr) != 0 && errno != EBUSY) {
      return Error::FromErrno("mount", mount.target, errno);
    }
  }
  return Ok{};
}

Status LoadModules(const std::string& list) {
  DUALPATH_TRY(const std::string lines, ReadFile(list));
  for (std::size_t from = 0; from < lines.size();) {
    std::size_t to = lines.find('\n', from);
    if (to == std::string::npos) to = lines.size();
    if (to > from) DUALPATH_TRY_STATUS(LoadModule(lines.substr(from, to - from)));
    from = to + 1;
  }
  return Ok{};
}

Result<UniqueFd> OpenPort(const std::string& name, Deadline deadline) {
  UniqueFd fd;
  int error_number = ENOENT;
  PollUntil(
      deadline,
      [&] {
        const std::string port = FindPort(name);
        if (port.empty()) return false;
        fd = UniqueFd(::open(port.c_str(), O_RDWR | O_CLOEXEC));
        error_number = errno;
        return static_cast<bool>(fd);
      },
      kPortPace);
  if (!fd) return Error::FromErrno("open virtio-serial port", name, error_number);
  return fd;
}

void LogToConsole(const std::string& line) {
  const std::string text = "dualpath-guest-agent: " + line + "\n";
  const UniqueFd console(::open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (::write(console ? console.get() : STDERR_FILENO, text.data(), text.size()) < 0) {
    // A failure cannot be reported anywhere else.
  }
}

}  // namespace dualpath::guest::agent
