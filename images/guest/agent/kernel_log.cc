#include "images/guest/agent/kernel_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "helpers/base/unique_fd.h"

namespace dualpath::guest::agent {
namespace {

constexpr std::size_t kLongestRecord = 8192;  // CONSOLE_EXT_LOG_MAX

}  // namespace

std::string FormatKernelRecord(const std::string& record) {
  const std::size_t semicolon = record.find(';');
  unsigned long long microseconds = 0;
  if (semicolon == std::string::npos ||
      std::sscanf(record.c_str(), "%*u,%*u,%llu", &microseconds) != 1) {
    return record;
  }
  const std::size_t end = record.find('\n', semicolon);
  std::array<char, 32> stamp{};
  std::snprintf(stamp.data(), stamp.size(), "[%5llu.%06llu] ", microseconds / 1000000,
                microseconds % 1000000);
  return stamp.data() + record.substr(semicolon + 1, end - semicolon - 1) + "\n";
}

Result<std::string> ReadKernelLog(const std::string& kmsg_path, std::size_t max_bytes) {
  const UniqueFd fd(::open(kmsg_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open kernel log", kmsg_path, errno);
  std::string text;
  std::array<char, kLongestRecord> record{};
  while (true) {
    const ssize_t n = ::read(fd.get(), record.data(), record.size());
    if (n < 0 && (errno == EPIPE || errno == EINTR)) continue;  // EPIPE: records were overwritten
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return Error::FromErrno("read kernel log", kmsg_path, errno);
    if (n == 0) break;
    text += FormatKernelRecord(std::string(record.data(), static_cast<std::size_t>(n)));
  }
  if (text.size() <= max_bytes) return text;
  const std::size_t line = text.find('\n', text.size() - max_bytes - 1);
  return text.substr(line + 1);
}

}  // namespace dualpath::guest::agent
