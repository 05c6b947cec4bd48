#include "helpers/guest/wire/frame.h"

#include <cstring>

#include "helpers/guest/wire/crc32c.h"

namespace dualpath::guest::wire {
namespace {

std::uint32_t Checksum(FrameHeader header, const char* payload) {
  header.checksum = 0;
  Crc32c crc;
  crc.process_bytes(&header, sizeof(header));
  crc.process_bytes(payload, header.length);
  return crc.checksum();
}

const std::string& MagicBytes() {
  static const std::string bytes = ToPayload(kFrameMagic);
  return bytes;
}

}  // namespace

std::string Encode(const Message& message) {
  FrameHeader header{};
  header.magic = kFrameMagic;
  header.type = message.type;
  header.request_id = message.request_id;
  header.length = static_cast<std::uint32_t>(message.payload.size());
  header.checksum = Checksum(header, message.payload.data());
  return ToPayload(header) + message.payload;
}

std::optional<Message> FrameReader::Next() {
  std::size_t first_candidate = std::string::npos;
  for (std::size_t at = buffer_.find(MagicBytes()); at != std::string::npos;
       at = buffer_.find(MagicBytes(), at + 1)) {
    const auto header = FromPayload<FrameHeader>(buffer_, at);
    const std::size_t after = buffer_.size() - at;
    const bool whole = header && header->length <= after - sizeof(FrameHeader);
    const char* payload = buffer_.data() + at + sizeof(FrameHeader);
    if (whole && header->checksum == Checksum(*header, payload)) {
      Message message{header->type, header->request_id, std::string(payload, header->length)};
      buffer_.erase(0, at + sizeof(FrameHeader) + header->length);
      return message;
    }
    const bool may_become_whole = !header || (!whole && header->length <= kMaxPayload);
    if (may_become_whole && first_candidate == std::string::npos) first_candidate = at;
  }
  // A magic cut off by the end of the buffer is a candidate too.
  const std::size_t tail = std::min(buffer_.size(), sizeof(kFrameMagic) - 1);
  buffer_.erase(0, std::min(first_candidate, buffer_.size() - tail));
  return std::nullopt;
}

}  // namespace dualpath::guest::wire
