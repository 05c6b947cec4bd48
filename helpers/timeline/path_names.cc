#include "helpers/timeline/path_names.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>

#include "helpers/base/number.h"
#include "helpers/scsi/hctl.h"

namespace dualpath::timeline {
namespace {

constexpr unsigned kDisksPerMajor = 16;
constexpr unsigned kMinorsPerDisk = 16;
constexpr std::array<unsigned, 16> kSdMajors{8,   65,  66,  67,  68,  69,  70,  71,
                                             128, 129, 130, 131, 132, 133, 134, 135};

bool IsDisk(const std::string& word) {
  return word.size() > 2 && boost::starts_with(word, "sd") &&
         std::all_of(word.begin() + 2, word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// Parses "sdX", "sdX [M:N]" or "M:N".
std::optional<PathMention> AsMention(const std::string& text) {
  PathMention mention;
  const std::size_t bracket = text.find(" [");
  const std::string first = text.substr(0, bracket);
  if (IsDisk(first)) {
    mention.name.device = first;
    if (bracket == std::string::npos) return mention;
    if (!boost::ends_with(text, "]")) return std::nullopt;
    const auto number = DeviceNumber::Parse(text.substr(bracket + 2, text.size() - bracket - 3));
    if (!number.ok()) return std::nullopt;
    mention.name.number = *number;
    return mention;
  }
  const auto number = DeviceNumber::Parse(text);
  if (!number.ok()) return std::nullopt;
  mention.name.number = *number;
  return mention;
}

/// Parses "sd 3:0:1:0: [sdb] ..." or "scsi 3:0:1:0: ...".
std::optional<PathMention> InKernelMessage(const std::string& message) {
  const std::size_t blank = message.find(' ');
  const std::size_t end = message.find(": ", blank == std::string::npos ? blank : blank + 1);
  if (end == std::string::npos) return std::nullopt;
  const auto hctl = scsi::Hctl::Parse(message.substr(blank + 1, end - blank - 1));
  if (!hctl.ok()) return std::nullopt;
  PathMention mention;
  mention.hctl = hctl->ToString();
  const std::size_t open = end + 2;
  const std::size_t close = message.find(']', open);
  if (message.compare(open, 1, "[") == 0 && close != std::string::npos) {
    const std::string device = message.substr(open + 1, close - open - 1);
    if (IsDisk(device)) mention.name.device = device;
  }
  return mention;
}

}  // namespace

std::optional<DeviceNumber> NumberOfDisk(const std::string& device) {
  if (!IsDisk(device)) return std::nullopt;
  constexpr unsigned kLetters = 26;
  unsigned index = 0;
  for (const char c : device.substr(2)) {
    index = index * kLetters + static_cast<unsigned>(c - 'a') + 1;
    if (index > kSdMajors.size() * kDisksPerMajor) return std::nullopt;
  }
  --index;
  return DeviceNumber{kSdMajors.at(index / kDisksPerMajor),
                      index % kDisksPerMajor * kMinorsPerDisk};
}

bool IsScsiDisk(const DeviceNumber& number) {
  return std::find(kSdMajors.begin(), kSdMajors.end(), number.major) != kSdMajors.end();
}

std::optional<PathMention> MentionedPath(const std::string& message) {
  if (boost::starts_with(message, "sd ") || boost::starts_with(message, "scsi ")) {
    return InKernelMessage(message);
  }
  const std::size_t colon = message.find(": ");
  if (colon == std::string::npos) return std::nullopt;
  if (auto mention = AsMention(message.substr(0, colon))) return mention;
  const std::size_t begin = colon + 2;
  const std::size_t dash = message.find(" - ", begin);
  if (dash == std::string::npos) return std::nullopt;
  return AsMention(message.substr(begin, dash - begin));
}

void PathNames::AddTopology(const multipath::Topology& topology) {
  for (const multipath::Map& map : topology.maps) {
    if (const auto minor = ParseAfter<unsigned>("dm-", map.dm_name)) {
      alias_of_minor_[*minor] = map.alias;
    }
    for (const multipath::PathGroup& group : map.groups) {
      for (const multipath::Path& path : group.paths) {
        if (scsi::Hctl::Parse(path.hctl).ok()) hctl_of_device_[path.device] = path.hctl;
        if (path.device_number) device_of_number_[*path.device_number] = path.device;
      }
    }
  }
}

void PathNames::AddLogLine(const std::string& message) {
  const auto mention = MentionedPath(message);
  if (!mention || mention->name.device.empty()) return;
  if (!mention->hctl.empty()) hctl_of_device_[mention->name.device] = mention->hctl;
  const auto number =
      mention->name.number ? mention->name.number : NumberOfDisk(mention->name.device);
  if (number) device_of_number_[*number] = mention->name.device;
}

std::string PathNames::DeviceOf(const multipath::PathName& name) const {
  if (!name.device.empty() || !name.number) return name.device;
  const auto known = device_of_number_.find(*name.number);
  return known == device_of_number_.end() ? "" : known->second;
}

std::string PathNames::PathOf(const multipath::PathName& name) const {
  std::string device = DeviceOf(name);
  const auto known = hctl_of_device_.find(device);
  if (known != hctl_of_device_.end()) return known->second;
  if (!device.empty()) return device;
  return name.number ? name.number->ToString() : "";
}

std::string PathNames::MapOf(const DeviceNumber& number) const {
  const auto known = alias_of_minor_.find(number.minor);
  return known == alias_of_minor_.end() ? "dm-" + std::to_string(number.minor) : known->second;
}

}  // namespace dualpath::timeline
