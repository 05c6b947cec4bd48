#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/guest/wire/wire.h"

namespace dualpath::guest::wire {

/// One message of the stream.
struct Message {
  MessageType type = MessageType::kFailed;
  std::uint32_t request_id = 0;
  std::string payload{};
};

/// Returns the bytes of a message with its header and checksum.
std::string Encode(const Message& message);

/// Returns the bytes of a POD.
template <typename T>
std::string ToPayload(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// Returns the POD at `offset` of a payload, or nothing if the payload is too short.
template <typename T>
std::optional<T> FromPayload(const std::string& payload, std::size_t offset = 0) {
  T value;
  if (payload.size() < offset ||
      payload.copy(reinterpret_cast<char*>(&value), sizeof(T), offset) != sizeof(T)) {
    return std::nullopt;
  }
  return value;
}

/// Splits a byte stream into messages. Finds whole frames with a good checksum at any offset and
/// drops the bytes before them, such as an incomplete frame of a client that died. Takes time in
/// proportion to the bytes, whatever they are: after too many false beginnings it drops them all.
class FrameReader {
 public:
  void Append(const char* data, std::size_t size) { buffer_.append(data, size); }

  /// Returns the next message, or nothing if more bytes are needed.
  std::optional<Message> Next();

  void Clear() { Drop(buffer_.size()); }

  /// Returns the number of bytes not yet part of a message, for error messages.
  std::size_t pending() const { return buffer_.size(); }

 private:
  void Drop(std::size_t bytes);

  std::string buffer_;
  std::vector<std::size_t> false_beginnings_;  // offsets of whole frames with a wrong checksum
};

}  // namespace dualpath::guest::wire
