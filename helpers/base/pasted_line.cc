#include "helpers/base/pasted_line.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace dualpath {
namespace {

bool StartsWith(std::string_view text, std::string_view part) {
  return text.substr(0, part.size()) == part;
}

bool EndsWith(std::string_view text, std::string_view part) {
  return text.size() >= part.size() && text.substr(text.size() - part.size()) == part;
}

/// Removes escape sequences: multipath prints a map's first line in bold on a terminal.
void CopyWithoutEscapes(std::string_view line, std::string& plain) {
  plain.clear();
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b' && i + 1 < line.size() && line[i + 1] == '[') {
      i = std::min(line.find_first_not_of("0123456789;", i + 2), line.size());
    } else {
      plain += line[i];
    }
  }
}

/// Tags of forums and trackers, and the blanks of more than one byte: no-break space, zero-width
/// space, byte order mark.
constexpr std::array<std::string_view, 14> kTags = {
    "```",     "~~~",    "<pre>",   "</pre>",     "<code>", "</code>", "[code]",
    "[/code]", "[CODE]", "[/CODE]", "{noformat}", "\u00a0", "\u200b",  "\ufeff"};

/// Returns whether three bytes are box drawing or block elements, U+2500 to U+259F.
bool IsBox(std::string_view bytes) {
  return bytes.size() == 3 && bytes[0] == '\xe2' && bytes[1] >= '\x94' && bytes[1] <= '\x96' &&
         (bytes[1] != '\x96' || bytes[2] <= '\x9f');
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Returns the length of the mark at the beginning of `line`; 0: none.
std::size_t MarkAtBegin(std::string_view line) {
  const char first = line.front();
  // Almost every line begins with one of these.
  if ((first >= '0' && first <= '9') || (first >= 'A' && first <= 'Z')) return 0;
  if (IsBlank(first)) return 1;
  if (first == '>') return line.size() == 1 || IsBlank(line[1]) || line[1] == '>' ? 1 : 0;
  // The border of a table, not multipath's tree.
  if (first == '|' && line.size() > 2 && line[1] == ' ') {
    const std::size_t text = line.find_first_not_of(" |", 1);
    if (text != std::string_view::npos && line[text] != '`' && line[text] != '-') return 2;
  }
  if (IsBox(line.substr(0, 3))) return 3;
  constexpr std::string_view kPrompt = "multipathd>";
  if (StartsWith(line, kPrompt)) return kPrompt.size();
  for (const std::string_view tag : kTags) {
    if (StartsWith(line, tag)) return tag.size();
  }
  return 0;
}

std::size_t MarkAtEnd(std::string_view line) {
  const char last = line.back();
  if ((last >= '0' && last <= '9') || (last >= 'a' && last <= 'z')) return 0;
  if (IsBlank(last)) return 1;
  if (line.size() >= 3 && IsBox(line.substr(line.size() - 3))) return 3;
  for (const std::string_view tag : kTags) {
    if (EndsWith(line, tag)) return tag.size();
  }
  return 0;
}

/// Removes quotation marks, and the comma of a list, around a line without others inside.
std::string_view WithoutQuotationMarks(std::string_view line) {
  const char mark = line.front();
  if (mark != '"' && mark != '\'') return line;
  std::string_view quoted = line;
  if (quoted.back() == ',') quoted.remove_suffix(1);
  if (quoted.size() < 2 || quoted.find(mark, 1) != quoted.size() - 1) return line;
  return quoted.substr(1, quoted.size() - 2);
}

/// "+------+", the upper or lower border of a table.
bool IsBorder(std::string_view line) {
  return line.size() > 2 && line.front() == '+' && line.back() == '+' &&
         line.find_first_not_of("+-=") == std::string_view::npos;
}

/// "#", "$ ", "[root@host ~]#", "user@host:~$", "host:~ #", "bash-4.2#".
bool IsShellPrompt(std::string_view line) {
  constexpr std::size_t kLongest = 80;
  constexpr std::string_view kEnds = "#$%>";
  if (line.size() > kLongest || kEnds.find(line.back()) == std::string_view::npos) return false;
  if (line.size() == 1 || StartsWith(line, "bash-") || StartsWith(line, "sh-")) return true;
  const std::string_view before = line.substr(0, line.size() - 1);
  if (before.find_first_of("'\"=<>") != std::string_view::npos) return false;
  return before.find('@') != std::string_view::npos || before.find(":~") != std::string_view::npos;
}

}  // namespace

std::string_view WithoutPasteMarks(std::string_view line, std::string& buffer) {
  if (line.find('\x1b') != std::string_view::npos) {
    CopyWithoutEscapes(line, buffer);
    line = buffer;
  }
  const bool has_border = StartsWith(line, "| ");
  while (!line.empty()) {
    const std::size_t length = MarkAtBegin(line);
    if (length == 0) break;
    line.remove_prefix(length);
  }
  while (!line.empty()) {
    const std::size_t length = MarkAtEnd(line);
    if (length == 0 && !(has_border && EndsWith(line, " |"))) break;
    line.remove_suffix(std::max<std::size_t>(length, 1));
  }
  if (line.empty() || IsShellPrompt(line) || IsBorder(line)) return {};
  return WithoutQuotationMarks(line);
}

}  // namespace dualpath
