#include "helpers/scsi/direct_io.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "helpers/base/unique_fd.h"

namespace dualpath::scsi {

Result<std::string> ReadDirect(const std::string& device, std::uint64_t offset, std::size_t bytes) {
  constexpr std::size_t kAlignment = 4096;
  const UniqueFd fd(::open(device.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open", device, errno);
  const std::unique_ptr<char, decltype(&std::free)> buffer(
      static_cast<char*>(std::aligned_alloc(kAlignment, bytes)), &std::free);
  const ssize_t n = ::pread(fd.get(), buffer.get(), bytes, static_cast<off_t>(offset));
  if (n < 0) return Error::FromErrno("read", device, errno);
  return std::string(buffer.get(), static_cast<std::size_t>(n));
}

}  // namespace dualpath::scsi
