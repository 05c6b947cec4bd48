#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/device_number.h"
#include "helpers/base/result.h"

namespace dualpath::dm {

/// Reads a device-mapper table or status line word by word. Every error names the position of the
/// word at fault (the first is token 1), since such lines are read by counting.
class TokenReader {
 public:
  /// `operation` opens every error: "parse multipath table".
  TokenReader(std::string operation, const std::string& text);

  /// The word `ahead` places after the next one, or an empty string.
  std::string Peek(std::size_t ahead = 0) const;

  /// `expected` says in an error what the word should have been: "the path selector's name".
  Result<std::string> Word(const std::string& expected);
  Result<std::uint64_t> Sectors(const std::string& expected);
  Result<unsigned> Number(const std::string& expected);
  Result<DeviceNumber> Device(const std::string& expected);

  /// `count` words: "selector argument".
  Result<std::vector<std::string>> Words(unsigned count, const std::string& singular);

  /// A count, then that many words.
  Result<std::vector<std::string>> CountedWords(const std::string& singular);

  /// Nothing may be left.
  Status End();

  /// The word read last is not what it should be.
  Error Fault(const std::string& expected) const;

 private:
  std::string operation_;
  std::string text_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

}  // namespace dualpath::dm
