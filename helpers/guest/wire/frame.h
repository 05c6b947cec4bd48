#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::wire {

/// One message as it was cut out of the stream.
struct Message {
  MessageType type = MessageType::kFailed;
  std::uint32_t request_id = 0;
  std::string payload{};
};

/// The bytes of a message, header and checksum included.
std::string Encode(const Message& message);

/// A POD as a payload.
template <typename T>
std::string ToPayload(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// The POD at the start of a payload; nothing if the payload is too short for it.
template <typename T>
std::optional<T> FromPayload(const std::string& payload, std::size_t offset = 0) {
  T value;
  if (payload.size() < offset ||
      payload.copy(reinterpret_cast<char*>(&value), sizeof(T), offset) != sizeof(T)) {
    return std::nullopt;
  }
  return value;
}

/// Cuts a byte stream into messages. Only a whole frame with a good checksum counts, wherever it
/// begins; what precedes it (the torn frame of a client that died) is dropped.
class FrameReader {
 public:
  void Append(const char* data, std::size_t size) { buffer_.append(data, size); }

  /// The next message, or nothing until more bytes have come.
  std::optional<Message> Next();

  void Clear() { buffer_.clear(); }

  /// Bytes that are not (yet) part of a message, for error texts.
  std::size_t pending() const { return buffer_.size(); }

 private:
  std::string buffer_;
};

}  // namespace dualpath::guest::wire
