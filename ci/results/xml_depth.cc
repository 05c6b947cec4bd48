#include "ci/results/xml_depth.h"

namespace dualpath::results {
namespace {

constexpr char kCheck[] = "check the nesting of XML";
constexpr std::size_t kNone = std::string::npos;

bool IsAt(const std::string& xml, std::size_t at, const char* text) {
  return xml.compare(at, std::char_traits<char>::length(text), text) == 0;
}

/// Returns the position after the next `end`.
std::size_t After(const std::string& xml, std::size_t at, const char* end) {
  const std::size_t found = xml.find(end, at);
  return found == kNone ? kNone : found + std::char_traits<char>::length(end);
}

/// Returns the position of the '>' of a tag; quoted values may contain one.
std::size_t EndOfTag(const std::string& xml, std::size_t at) {
  while (at != kNone && at < xml.size() && xml[at] != '>') {
    const char c = xml[at++];
    if (c == '"' || c == '\'') at = After(xml, at, c == '"' ? "\"" : "'");
  }
  return at == kNone || at >= xml.size() ? kNone : at;
}

}  // namespace

Status CheckXmlDepth(const std::string& xml, int deepest) {
  int depth = 0;
  for (std::size_t at = xml.find('<'); at != kNone; at = xml.find('<', at)) {
    if (IsAt(xml, at, "<!--")) {
      at = After(xml, at, "-->");
    } else if (IsAt(xml, at, "<![CDATA[")) {
      at = After(xml, at, "]]>");
    } else if (IsAt(xml, at, "<?")) {
      at = After(xml, at, "?>");
    } else if (IsAt(xml, at, "<!")) {
      return Error::Because(kCheck, "<!", "a document type declaration");
    } else if (IsAt(xml, at, "</")) {
      if (depth > 0) --depth;
      at = After(xml, at, ">");
    } else {
      at = EndOfTag(xml, at);
      if (at != kNone && xml[at - 1] != '/') ++depth;
    }
    if (depth > deepest) {
      return Error::Because(kCheck, "an element",
                            "nested deeper than " + std::to_string(deepest) + " others");
    }
    if (at == kNone) break;
  }
  return Ok{};
}

}  // namespace dualpath::results
