#include "helpers/multipath/version.h"

#include <charconv>
#include <tuple>

namespace dualpath::multipath {
namespace {

constexpr char kMark[] = "multipath-tools v";

std::tuple<unsigned, unsigned, unsigned> Parts(const Version& v) {
  return {v.major, v.minor, v.patch};
}

}  // namespace

std::string Version::ToString() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

bool operator==(const Version& a, const Version& b) { return Parts(a) == Parts(b); }
bool operator!=(const Version& a, const Version& b) { return Parts(a) != Parts(b); }
bool operator<(const Version& a, const Version& b) { return Parts(a) < Parts(b); }
bool operator<=(const Version& a, const Version& b) { return Parts(a) <= Parts(b); }
bool operator>(const Version& a, const Version& b) { return Parts(a) > Parts(b); }
bool operator>=(const Version& a, const Version& b) { return Parts(a) >= Parts(b); }

Result<Version> ParseVersion(const std::string& usage) {
  const std::size_t mark = usage.find(kMark);
  const std::size_t begin = mark == std::string::npos ? usage.size() : mark + sizeof(kMark) - 1;
  const char* next = usage.data() + begin;
  const char* const end = usage.data() + usage.size();
  Version version;
  unsigned read = 0;
  for (unsigned* part : {&version.major, &version.minor, &version.patch}) {
    if (read > 0) {
      if (next == end || *next != '.') break;
      ++next;
    }
    const auto [stopped, ec] = std::from_chars(next, end, *part);
    if (ec != std::errc()) break;
    next = stopped;
    ++read;
  }
  if (read >= 2) return version;
  return Error::Because("parse multipath version", "'" + usage.substr(0, usage.find('\n')) + "'",
                        "expected \"multipath-tools vMAJOR.MINOR.PATCH\"");
}

}  // namespace dualpath::multipath
