#include "helpers/observe/kernel_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::observe {
namespace {

// A read into a smaller buffer than the record fails with EINVAL. The kernel's limit is
// PRINTK_MESSAGE_MAX, 2048, formerly CONSOLE_EXT_LOG_MAX, 8192.
constexpr std::size_t kRecordLimit = 16384;

/// Reads a number at `at` and the terminator; returns false if either is missing.
template <typename T>
bool TakeNumber(const char*& at, const char* end, T& number, char terminator) {
  const auto [next, ec] = std::from_chars(at, end, number);
  if (ec != std::errc() || next == end || *next != terminator) return false;
  at = next + 1;
  return true;
}

/// Decodes \xNN, the kernel's only escape.
std::string Unescaped(const std::string& text) {
  constexpr std::size_t kEscape = 4;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\\x") == 0 && i + kEscape <= text.size()) {
      if (const auto byte = ParseWhole<unsigned char>(text.substr(i + 2, kEscape - 2), 16)) {
        plain += static_cast<char>(*byte);
        i += kEscape - 1;
        continue;
      }
    }
    plain += text[i];
  }
  return plain;
}

/// Parses the " KEY=value" lines that follow the text.
std::map<std::string, std::string> Fields(const std::string& lines) {
  std::map<std::string, std::string> fields;
  std::size_t begin = 0;
  while (begin < lines.size()) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    const std::string line = lines.substr(begin, end - begin);
    const std::size_t equals = line.find('=');
    if (line[0] == ' ' && equals != std::string::npos) {
      fields[Unescaped(line.substr(1, equals - 1))] = Unescaped(line.substr(equals + 1));
    }
    begin = end + 1;
  }
  return fields;
}

}  // namespace

Result<KernelMessage> KernelMessage::Parse(const std::string& raw) {
  const auto error = [&](const char* reason) {
    return Error::Because("parse kernel record", "\"" + raw + "\"", reason);
  };
  // "6,339,5140900,-,more,fields;text\n KEY=value\n"
  const std::size_t semicolon = raw.find(';');
  if (semicolon == std::string::npos) return error("no semicolon before the text");
  const char* at = raw.data();
  const char* const end = raw.data() + semicolon;
  unsigned facility_and_level = 0;
  KernelMessage message;
  if (!TakeNumber(at, end, facility_and_level, ',') ||
      !TakeNumber(at, end, message.sequence, ',') ||
      !TakeNumber(at, end, message.monotonic_us, ',')) {
    return error("no priority, sequence number and time at the beginning");
  }
  message.facility = facility_and_level >> 3U;
  message.priority = facility_and_level & 7U;
  message.continuation = at != end && *at == '+';
  const std::size_t text_begin = semicolon + 1;
  const std::size_t text_end = std::min(raw.find('\n', text_begin), raw.size());
  message.text = Unescaped(raw.substr(text_begin, text_end - text_begin));
  message.fields = Fields(raw.substr(std::min(text_end + 1, raw.size())));
  return message;
}

Result<KernelLog> KernelLog::Open(From from, const std::string& device) {
  UniqueFd fd(::open(device.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open kernel log", device, errno);
  if (::lseek(fd.get(), 0, from == From::kNow ? SEEK_END : SEEK_SET) < 0) {
    return Error::FromErrno("seek kernel log", device, errno);
  }
  return KernelLog(std::move(fd));
}

Status KernelLog::Synchronize(const std::string& line, const std::string& device) {
  mark_ = line;
  mark_us_ = MonotonicUs();
  // A line without newline may be continued: the kernel returns it only with the next message, and
  // SEEK_END does not skip it (LOG_NEWLINE in kernel/printk/printk.c).
  return WriteAttribute(device, line + "\n");
}

Result<std::vector<KernelMessage>> KernelLog::Poll() {
  std::vector<KernelMessage> messages;
  std::array<char, kRecordLimit> buffer{};
  while (true) {
    const ssize_t n = ::read(device_.get(), buffer.data(), buffer.size());
    if (n > 0) {
      DUALPATH_TRY(KernelMessage message,
                   KernelMessage::Parse(std::string(buffer.data(), static_cast<std::size_t>(n))));
      if (!mark_.empty() && message.text == mark_) {
        ahead_us_ = message.monotonic_us - mark_us_;
        mark_.clear();
        continue;
      }
      message.monotonic_us -= ahead_us_;
      messages.push_back(std::move(message));
    } else if (n == 0 || errno == EAGAIN) {
      return messages;
    } else if (errno == EPIPE) {
      ++overruns_;
    } else if (errno != EINTR) {
      return Error::FromErrno("read kernel log", "/dev/kmsg", errno);
    }
  }
}

LogSource AsLogSource(KernelLog log) {
  const auto shared = std::make_shared<KernelLog>(std::move(log));
  return [shared]() -> Result<std::vector<LogMessage>> {
    DUALPATH_TRY(const auto kernel_messages, shared->Poll());
    if (shared->overruns() > 0) {
      return Error::Because("read kernel log", "/dev/kmsg",
                            "messages were overwritten before they were read");
    }
    std::vector<LogMessage> messages;
    messages.reserve(kernel_messages.size());
    for (const KernelMessage& message : kernel_messages) {
      messages.push_back({"kernel", message.monotonic_us, message.text});
    }
    return messages;
  };
}

}  // namespace dualpath::observe
