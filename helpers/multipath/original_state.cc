#include "helpers/multipath/original_state.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/base/replace_file.h"

namespace dualpath::multipath {
namespace {

using nlohmann::json;

template <typename Values, typename Value>
bool Contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::vector<std::string> LinesOf(const std::string& content) {
  std::istringstream in(content);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::multiset<std::string> Entries(const std::string& content) {
  std::multiset<std::string> entries;
  for (const std::string& line : LinesOf(content)) {
    if (!HasOnlyComments(line)) entries.insert(line);
  }
  return entries;
}

// JSON has only text, but a comment may have been written in any character set: each byte is stored
// as the character of that number.
constexpr unsigned char kFirstNotAscii = 0x80;

std::string AsText(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < kFirstNotAscii) {
      text += c;
    } else {
      text += static_cast<char>(0xc0U | byte >> 6U);
      text += static_cast<char>(kFirstNotAscii | (byte & 0x3fU));
    }
  }
  return text;
}

std::string AsBytes(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < kFirstNotAscii || i + 1 == text.size()) {
      bytes += text[i];
    } else {
      bytes +=
          static_cast<char>((first & 0x3U) << 6U | (static_cast<unsigned char>(text[++i]) & 0x3fU));
    }
  }
  return bytes;
}

}  // namespace

bool OriginalState::HadDirectory(const std::string& path) const {
  return Contains(directories, path);
}

bool OriginalState::HadMap(const std::string& wwid) const { return Contains(maps, wwid); }

Result<std::optional<OriginalState>> OriginalState::Read(const std::string& file) {
  const auto text = ReadFile(file);
  if (!text.ok() && text.error().error_number() == ENOENT) return std::optional<OriginalState>();
  if (!text.ok()) return text.error();
  OriginalState state;
  try {
    const json fields = json::parse(*text);
    fields.at("boot_id").get_to(state.boot_id);
    fields.at("was_running").get_to(state.was_running);
    fields.at("maps").get_to(state.maps);
    fields.at("files").get_to(state.files);
    fields.at("directories").get_to(state.directories);
    for (auto& [file_name, content] : state.files) content = AsBytes(content);
  } catch (const json::exception& error) {
    return Error::Because("read multipathd's original state", file, error.what());
  }
  return std::optional(std::move(state));
}

Status OriginalState::Write(const std::string& file) const {
  std::map<std::string, std::string> texts;
  for (const auto& [file_name, content] : files) texts[file_name] = AsText(content);
  const json fields = {{"boot_id", boot_id},
                       {"was_running", was_running},
                       {"maps", maps},
                       {"files", texts},
                       {"directories", directories}};
  return WriteFileDurably(file, fields.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

std::string WithoutOurLines(const std::string& content, const std::string& original,
                            const std::string& ending) {
  const std::vector<std::string> before = LinesOf(original);
  std::string kept;
  bool changed = false;
  for (const std::string& line : LinesOf(content)) {
    if (boost::ends_with(line, ending) && !Contains(before, line)) {
      changed = true;
    } else {
      kept += line + "\n";
    }
  }
  if (Entries(kept) == Entries(original)) return original;
  return changed ? kept : content;
}

bool HasOnlyComments(const std::string& content) {
  const std::vector<std::string> lines = LinesOf(content);
  return std::all_of(lines.begin(), lines.end(), [](const std::string& line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    return begin == std::string::npos || line[begin] == '#';
  });
}

}  // namespace dualpath::multipath
