#include "helpers/page/html.h"

#include <boost/algorithm/string/replace.hpp>

namespace dualpath::page {

std::string ForScriptElement(const std::string& json) {
  // JSON has "<" only in strings, where the escape is equivalent. Without it no tag or comment
  // begins.
  return boost::replace_all_copy(json, "<", "\\u003c");
}

std::string ForHtml(const std::string& text) {
  return boost::replace_all_copy(boost::replace_all_copy(text, "&", "&amp;"), "<", "&lt;");
}

std::string FillIn(const std::string& page,
                   const std::vector<std::pair<std::string, std::string>>& contents) {
  std::string html;
  std::size_t at = 0;
  for (const auto& [placeholder, content] : contents) {
    const std::size_t found = page.find(placeholder, at);
    if (found == std::string::npos) continue;
    html.append(page, at, found - at);
    html += content;
    at = found + placeholder.size();
  }
  return html.append(page, at, std::string::npos);
}

}  // namespace dualpath::page
