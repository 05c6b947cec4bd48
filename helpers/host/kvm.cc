#include "helpers/host/kvm.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "helpers/base/unique_fd.h"

namespace dualpath::host {

Status CheckKvm(const std::string& device) {
  const UniqueFd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open", device, errno);
  const int version = ::ioctl(fd.get(), KVM_GET_API_VERSION, 0);
  if (version < 0) return Error::FromErrno("get KVM API version", device, errno);
  if (version == KVM_API_VERSION) return Ok{};
  return Error::Because(
      "get KVM API version", device,
      "expected " + std::to_string(KVM_API_VERSION) + ", got " + std::to_string(version));
}

}  // namespace dualpath::host
