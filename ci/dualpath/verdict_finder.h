#pragma once

#include <array>
#include <cstring>
#include <string>

namespace dualpath::cli {

/// Finds gtest's first verdict in the output of a case, which arrives in pieces. Searches each byte
/// once, however much the case prints.
class VerdictFinder {
 public:
  /// Returns whether `text` completes a verdict.
  bool Take(const std::string& text) {
    tail_ += text;
    bool found = false;
    for (const char* verdict : kVerdicts) found = found || tail_.find(verdict) != std::string::npos;
    // The beginning of a verdict that continues in the next text.
    const std::size_t kept = std::strlen(kVerdicts[0]) - 1;
    if (tail_.size() > kept) tail_.erase(0, tail_.size() - kept);
    return found;
  }

 private:
  // All of the same length.
  static constexpr std::array<const char*, 3> kVerdicts = {"[       OK ]", "[  FAILED  ]",
                                                           "[  SKIPPED ]"};
  std::string tail_;
};

}  // namespace dualpath::cli
