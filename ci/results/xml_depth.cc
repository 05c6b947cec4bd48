#include "ci/results/xml_depth.h"

#include <cstddef>

namespace dualpath::results {
namespace {

/// Returns the end of the tag that begins at `begin`: a '>' outside of quotes.
std::size_t EndOfTag(const std::string& xml, std::size_t begin) {
  char quote = '\0';
  for (std::size_t at = begin; at < xml.size(); ++at) {
    const char c = xml[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at;
    }
  }
  return xml.size();
}

}  // namespace

bool IsNestedTooDeeply(const std::string& xml) {
  constexpr int kMostDepth = 100;
  int depth = 0;
  for (std::size_t at = xml.find('<'); at < xml.size(); at = xml.find('<', at)) {
    if (xml.compare(at, 9, "<![CDATA[") == 0) {
      at = xml.find("]]>", at);
    } else if (xml.compare(at, 4, "<!--") == 0) {
      at = xml.find("-->", at);
    } else {
      const std::size_t end = EndOfTag(xml, at);
      const char second = at + 1 < xml.size() ? xml[at + 1] : '\0';
      if (second == '/') {
        --depth;
      } else if (second != '?' && second != '!' && xml[end - 1] != '/') {
        ++depth;
      }
      if (depth > kMostDepth) return true;
      at = end;
    }
  }
  return false;
}

}  // namespace dualpath::results
