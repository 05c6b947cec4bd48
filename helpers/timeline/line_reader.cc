#include "helpers/timeline/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace dualpath::timeline {
namespace {

constexpr std::size_t kChunk = 262144;

}  // namespace

LineReader::LineReader(std::string file, UniqueFd fd, int number)
    : file_(std::move(file)), owned_(std::move(fd)), fd_(number) {}

Result<LineReader> LineReader::Open(const std::string& file) {
  if (file == "-") return LineReader("standard input", UniqueFd(), STDIN_FILENO);
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Error::FromErrno("read", file, errno);
  const int number = fd.get();
  return LineReader(file, std::move(fd), number);
}

Result<bool> LineReader::Fill() {
  if (buffer_.empty()) buffer_.resize(kChunk);
  begin_ = end_ = 0;
  while (true) {
    const ssize_t n = ::read(fd_, buffer_.data(), buffer_.size());
    if (n >= 0) {
      end_ = static_cast<std::size_t>(n);
      return n > 0;
    }
    if (errno != EINTR) return Error::FromErrno("read", file_, errno);
  }
}

Result<LineReader::Next> LineReader::Read() {
  Next next;
  pieces_.clear();
  while (true) {
    if (begin_ == end_) {
      DUALPATH_TRY(const bool more, Fill());
      if (!more) {
        next.line.ended = false;
        next.line.text = pieces_;
        return next;
      }
    }
    next.has_line = true;
    const char* const start = buffer_.data() + begin_;
    const std::size_t left = end_ - begin_;
    const void* const newline = std::memchr(start, '\n', left);
    const std::size_t length =
        newline == nullptr ? left
                           : static_cast<std::size_t>(static_cast<const char*>(newline) - start);
    begin_ += length + (newline == nullptr ? 0 : 1);
    const std::size_t taken = std::min(length, kMaxLineBytes - pieces_.size());
    next.line.cut_short = next.line.cut_short || taken < length;
    if (newline != nullptr && pieces_.empty()) {
      next.line.text = {start, taken};
      return next;
    }
    pieces_.append(start, taken);
    if (newline != nullptr) {
      next.line.text = pieces_;
      return next;
    }
  }
}

}  // namespace dualpath::timeline
