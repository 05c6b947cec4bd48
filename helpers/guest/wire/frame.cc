#include "helpers/guest/wire/frame.h"

#include <algorithm>
#include <cstring>

#include "helpers/guest/wire/crc32c.h"

namespace dualpath::guest::wire {
namespace {

constexpr std::size_t kMostFalseBeginnings = 64;

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
    const bool known = std::find(false_beginnings_.begin(), false_beginnings_.end(), at) !=
                       false_beginnings_.end();
    if (whole && !known && header->checksum == Checksum(*header, payload)) {
      Message message{header->type, header->request_id, std::string(payload, header->length)};
      Drop(at + sizeof(FrameHeader) + header->length);
      return message;
    }
    if (whole && !known) false_beginnings_.push_back(at);
    if (false_beginnings_.size() > kMostFalseBeginnings) {
      Clear();
      return std::nullopt;
    }
    const bool may_become_whole = !header || (!whole && header->length <= kMaxPayload);
    if (may_become_whole && first_candidate == std::string::npos) first_candidate = at;
  }
  // A magic cut off by the end of the buffer is a candidate too.
  const std::size_t tail = std::min(buffer_.size(), sizeof(kFrameMagic) - 1);
  Drop(std::min(first_candidate, buffer_.size() - tail));
  return std::nullopt;
}

void FrameReader::Drop(std::size_t bytes) {
  buffer_.erase(0, bytes);
  std::vector<std::size_t> left;
  for (const std::size_t at : false_beginnings_) {
    if (at >= bytes) left.push_back(at - bytes);
  }
  false_beginnings_ = std::move(left);
}

}  // namespace dualpath::guest::wire
