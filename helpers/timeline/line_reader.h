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
  /// What is beyond this in one line is skipped: rsyslog cuts at 8 KiB by default, journald at 48.
  static constexpr std::size_t kMostOfALine = 65536;

  struct Line {
    std::string_view text;   ///< without the newline; good until the next call
    bool cut_short = false;  ///< it was longer
    bool ended = true;       ///< false: the file ends without a newline
  };

  /// "-" is standard input.
  static Result<LineReader> Open(const std::string& file);

  /// The next line; false in `has_line` at the end of the file.
  struct Next {
    bool has_line = false;
    Line line;
  };
  Result<Next> Read();

 private:
  LineReader(std::string file, UniqueFd fd, int number);

  /// Whether there is more; an error if it cannot be read.
  Result<bool> Fill();

  std::string file_;
  UniqueFd owned_;
  int fd_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string pieces_;  ///< of a line that lies in two buffers
};

}  // namespace dualpath::timeline
