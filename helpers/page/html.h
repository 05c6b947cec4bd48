#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dualpath::page {

/// Escapes JSON for a script element, whatever its strings contain.
std::string ForScriptElement(const std::string& json);

/// Escapes text for use between tags.
std::string ForHtml(const std::string& text);

/// Replaces each placeholder in the page with its content. Placeholders are listed in their order
/// on the page; content is not searched for placeholders.
std::string FillIn(const std::string& page,
                   const std::vector<std::pair<std::string, std::string>>& contents);

}  // namespace dualpath::page
