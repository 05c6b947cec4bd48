#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dualpath::page {

/// JSON that may stand in a script element, whatever its strings hold.
std::string ForScriptElement(const std::string& json);

/// Text that may stand between tags.
std::string ForHtml(const std::string& text);

/// The page with each place, in the order of the page, replaced by its content. Only the page's own
/// text is searched for the places, never what was put there.
std::string FillIn(const std::string& page,
                   const std::vector<std::pair<std::string, std::string>>& places);

}  // namespace dualpath::page
