#include "ci/results/allowed_skips.h"

#include <fnmatch.h>

#include <algorithm>
#include <sstream>

#include "helpers/base/file.h"

namespace dualpath::results {

Result<AllowedSkips> AllowedSkips::Read(const std::string& file) {
  DUALPATH_TRY(const std::string content, ReadFile(file));
  AllowedSkips allowed;
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::string separator = ": ";
    const std::size_t end = line.find(separator);
    // An empty text would allow every reason.
    if (end == std::string::npos || end == 0 || end + separator.size() == line.size()) {
      return Error::Because("read the allowed skips", file,
                            "not \"PATTERN: TEXT\": \"" + line + "\"");
    }
    allowed.rules_.push_back({line.substr(0, end), line.substr(end + separator.size())});
  }
  return allowed;
}

bool AllowedSkips::Allow(const std::string& name, const std::string& reason) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return ::fnmatch(rule.pattern.c_str(), name.c_str(), 0) == 0 &&
           reason.find(rule.text) != std::string::npos;
  });
}

}  // namespace dualpath::results
