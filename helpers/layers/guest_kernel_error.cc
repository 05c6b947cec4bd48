#include "helpers/layers/guest_kernel_error.h"

#include <cstdlib>
#include <regex>
#include <sstream>

namespace dualpath::layers {
namespace {

/// Returns whether drivers/block/virtio_blk.c chose this name: "vda".
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

std::optional<std::vector<std::string>> TailSince(const std::string& kernel_log,
                                                  std::chrono::nanoseconds begin) {
  std::vector<std::string> tail;
  bool has_earlier = false;
  std::istringstream lines(kernel_log);
  for (std::string line; std::getline(lines, line);) {
    const auto at = TimeOfLine(line);
    if (at && *at < begin) {
      has_earlier = true;
    } else if (at || !tail.empty()) {
      tail.push_back(line);
    }
  }
  if (!has_earlier) return std::nullopt;
  return tail;
}

std::vector<GuestKernelError> ParseGuestKernelErrors(const std::string& kernel_log) {
  static const std::regex result(R"(.*\bResult: hostbyte=(\S+) driverbyte=\S+.*)");
  static const std::regex sense_key(R"(.*\bSense Key : (.*?) \[(?:current|deferred)\].*)");
  static const std::regex additional_sense(R"(.*\bAdd\. Sense: (.*))");
  static const std::regex io_error(R"(.*\bI/O error, dev (\S+), sector (\d{1,18})\b.*)");
  std::vector<GuestKernelError> errors;
  std::istringstream lines(kernel_log);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    const auto at = TimeOfLine(line);
    if (at && std::regex_match(line, match, result)) {
      GuestKernelError error;
      error.at = *at;
      const auto host_byte = scsi::ParseHostByte(match[1]);
      if (!host_byte) continue;
      error.host_byte = *host_byte;
      errors.push_back(error);
    } else if (at && std::regex_match(line, match, io_error) && IsVirtioBlk(match[1])) {
      GuestKernelError error;
      error.at = *at;
      error.sector = std::strtoull(match[2].str().c_str(), nullptr, 10);
      errors.push_back(error);
    } else if (errors.empty()) {
      continue;  // the first line of this error is not in the log
    } else if (std::regex_match(line, match, sense_key)) {
      errors.back().sense_key = match[1];
    } else if (std::regex_match(line, match, additional_sense)) {
      errors.back().additional_sense = match[1];
    } else if (std::regex_match(line, match, io_error)) {
      errors.back().sector = std::strtoull(match[2].str().c_str(), nullptr, 10);
    }
  }
  return errors;
}

}  // namespace dualpath::layers
