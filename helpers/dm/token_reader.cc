#include "helpers/dm/token_reader.h"

#include <sstream>
#include <utility>

#include "helpers/base/number.h"

namespace dualpath::dm {

TokenReader::TokenReader(std::string operation, const std::string& text)
    : operation_(std::move(operation)), text_(text) {
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words_.push_back(word);
}

std::string TokenReader::Peek(std::size_t ahead) const {
  return next_ + ahead < words_.size() ? words_[next_ + ahead] : std::string();
}

Result<std::string> TokenReader::Word(const std::string& expected) {
  if (next_ < words_.size()) return words_[next_++];
  return Error::Because(
      operation_, "'" + text_ + "'",
      "token " + std::to_string(next_ + 1) + ": expected " + expected + ", but the text ends");
}

Result<std::uint64_t> TokenReader::Sectors(const std::string& expected) {
  DUALPATH_TRY(const std::string word, Word(expected));
  const auto number = ParseWhole<std::uint64_t>(word);
  if (!number) return Fault(expected);
  return *number;
}

Result<unsigned> TokenReader::Number(const std::string& expected) {
  DUALPATH_TRY(const std::string word, Word(expected));
  const auto number = ParseWhole<unsigned>(word);
  if (!number) return Fault(expected);
  return *number;
}

Result<DeviceNumber> TokenReader::Device(const std::string& expected) {
  DUALPATH_TRY(const std::string word, Word(expected));
  auto number = DeviceNumber::Parse(word);
  if (!number.ok()) return Fault(expected);
  return number;
}

Result<std::vector<std::string>> TokenReader::Words(unsigned count, const std::string& singular) {
  std::vector<std::string> words;
  for (unsigned i = 1; i <= count; ++i) {
    DUALPATH_TRY(std::string word,
                 Word(singular + " " + std::to_string(i) + " of " + std::to_string(count)));
    words.push_back(std::move(word));
  }
  return words;
}

Result<std::vector<std::string>> TokenReader::CountedWords(const std::string& singular) {
  DUALPATH_TRY(const unsigned count, Number("the number of " + singular + "s"));
  return Words(count, singular);
}

Status TokenReader::End() {
  if (next_ == words_.size()) return Ok{};
  ++next_;
  return Fault("the end after the last path");
}

Error TokenReader::Fault(const std::string& expected) const {
  return Error::Because(
      operation_, "'" + text_ + "'",
      "token " + std::to_string(next_) + " is '" + words_[next_ - 1] + "': expected " + expected);
}

}  // namespace dualpath::dm
