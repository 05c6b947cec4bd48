#include "helpers/layers/guest_kernel_error.h"

#include <cstdlib>
#include <regex>
#include <sstream>

namespace dualpath::layers {
namespace {

/// Named by drivers/block/virtio_blk.c: "vda".
bool IsVirtioBlk(const std::string& device) { return device.compare(0, 2, "vd") == 0; }

}  // namespace

std::string GuestKernelError::ToString() const {
  std::string text = host_byte ? scsi::ToString(*host_byte) : "I/O error";
  if (!sense_key.empty()) text += ", " + sense_key;
  if (!additional_sense.empty()) text += ", " + additional_sense;
  if (sector) text += ", sector " + std::to_string(*sector);
  return text;
}

std::optional<std::chrono::microseconds> TimeOfLine(const std::string& line) {
  static const std::regex stamp(R"(\[ *(\d{1,12})\.(\d{6})\].*)");
  std::smatch match;
  if (!std::regex_match(line, match, stamp)) return std::nullopt;
  return std::chrono::seconds(std::strtoll(match[1].str().c_str(), nullptr, 10)) +
         std::chrono::microseconds(std::strtoll(match[2].str().c_str(), nullptr, 10));
}

std::vector<GuestKernelError> ParseComplaints(const std::string& kernel_log) {
  static const std::regex result(R"(.*\bResult: hostbyte=(\S+) driverbyte=\S+.*)");
  static const std::regex sense_key(R"(.*\bSense Key : (.*?) \[(?:current|deferred)\].*)");
  static const std::regex additional_sense(R"(.*\bAdd\. Sense: (.*))");
  static const std::regex io_error(R"(.*\bI/O error, dev (\S+), sector (\d{1,18})\b.*)");
  std::vector<GuestKernelError> complaints;
  std::istringstream lines(kernel_log);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    const auto at = TimeOfLine(line);
    if (at && std::regex_match(line, match, result)) {
      GuestKernelError complaint;
      complaint.at = *at;
      const auto host_byte = scsi::ParseHostByte(match[1]);
      if (!host_byte) continue;
      complaint.host_byte = *host_byte;
      complaints.push_back(complaint);
    } else if (at && std::regex_match(line, match, io_error) && IsVirtioBlk(match[1])) {
      GuestKernelError complaint;
      complaint.at = *at;
      complaint.sector = std::strtoull(match[2].str().c_str(), nullptr, 10);
      complaints.push_back(complaint);
    } else if (complaints.empty()) {
      continue;  // about a command whose beginning is not in the log any more
    } else if (std::regex_match(line, match, sense_key)) {
      complaints.back().sense_key = match[1];
    } else if (std::regex_match(line, match, additional_sense)) {
      complaints.back().additional_sense = match[1];
    } else if (std::regex_match(line, match, io_error)) {
      complaints.back().sector = std::strtoull(match[2].str().c_str(), nullptr, 10);
    }
  }
  return complaints;
}

}  // namespace dualpath::layers
