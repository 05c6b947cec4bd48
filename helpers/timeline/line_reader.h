#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::timeline {

/// Reads a file of any size line by line, in constant memory.
class LineReader {
 public:
  /// Longer lines are cut. rsyslog cuts at 8 KiB by default, journald at 48 KiB.
  static constexpr std::size_t kMaxLineBytes = 65536;

  struct Line {
    std::string_view text;   ///< without the newline; valid until the next call
    bool cut_short = false;  ///< the line was longer
    bool ended = true;       ///< false if the file ends without a newline
  };

  /// Opens a file; "-" is standard input.
  static Result<LineReader> Open(const std::string& file);

  struct Next {
    bool has_line = false;  ///< false at the end of the file
    Line line;
  };
  Result<Next> Read();

 private:
  LineReader(std::string file, UniqueFd fd, int number);

  /// Reads the next part of the file into the buffer. Returns false at the end of the file.
  Result<bool> Fill();

  std::string file_;
  UniqueFd owned_;
  int fd_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string pieces_;  ///< parts of a line that crosses the end of the buffer
};

}  // namespace dualpath::timeline
