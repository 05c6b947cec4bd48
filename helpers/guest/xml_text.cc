#include "helpers/guest/xml_text.h"

namespace dualpath::guest {

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string Element(const std::string& name, const std::string& text) {
  return text.empty() ? "" : "<" + name + ">" + Escaped(text) + "</" + name + ">\n";
}

std::string Attribute(const std::string& name, const std::string& value) {
  return " " + name + "='" + Escaped(value) + "'";
}

}  // namespace dualpath::guest
