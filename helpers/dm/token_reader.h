#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/device_number.h"
#include "helpers/base/result.h"

namespace dualpath::dm {

/// Reads a device-mapper table or status line word by word. Every error names the position of the
/// wrong word (the first is token 1), since the format consists of counts and positions.
class TokenReader {
 public:
  /// Errors use `operation`: "parse multipath table".
  TokenReader(std::string operation, const std::string& text);

  /// Returns the word `ahead` places after the next one, or an empty string.
  std::string Peek(std::size_t ahead = 0) const;

  /// Reads the next word. `expected` describes it in an error: "the path selector's name".
  Result<std::string> Word(const std::string& expected);
  Result<std::uint64_t> Sectors(const std::string& expected);
  Result<unsigned> Number(const std::string& expected);
  Result<DeviceNumber> Device(const std::string& expected);

  /// Reads `count` words; `singular` describes one of them: "selector argument".
  Result<std::vector<std::string>> Words(unsigned count, const std::string& singular);

  /// Reads a count, then that many words.
  Result<std::vector<std::string>> CountedWords(const std::string& singular);

  /// Returns an error if there are more words.
  Status End();

  /// Returns an error about the word read last.
  Error Fault(const std::string& expected) const;

 private:
  std::string operation_;
  std::string text_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

}  // namespace dualpath::dm
