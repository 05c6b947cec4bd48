#include "images/guest/agent/files.h"

#include <dirent.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "helpers/base/file.h"

namespace dualpath::guest::agent {

std::uint64_t MonotonicNs() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_boot).count());
}

std::vector<std::string> ListDirectory(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  ::closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

std::string AttributeOrEmpty(const std::string& path) {
  Result<std::string> text = ReadAttribute(path);
  return text.ok() ? std::move(text).value() : std::string();
}

void CopyText(const std::string& text, char* to, std::size_t size) {
  const std::size_t n = std::min(text.size(), size - 1);
  std::memcpy(to, text.data(), n);
  to[n] = '\0';
}

}  // namespace dualpath::guest::agent
