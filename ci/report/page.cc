#include "ci/report/page.h"

#include <nlohmann/json.hpp>

#include "ci/report/page_assets.h"

namespace dualpath::report {
namespace {

using nlohmann::ordered_json;

/// JSON has "<" in strings only, where this means the same; no tag can begin in it, nor a comment.
std::string ForScriptElement(const std::string& json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string ForHtml(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string About(const Timeline& timeline) {
  const ordered_json about = {
      {"title", timeline.title},
      {"clock", timeline.clock == Timeline::Clock::kWall ? "wall" : "monotonic"},
      {"notes", timeline.notes}};
  return about.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string TimelinePage(const Timeline& timeline) {
  // Only the page's own text is searched for the places, never what was put there.
  const std::string page = kTimelinePage;
  std::string html;
  std::size_t at = 0;
  const auto put = [&](const std::string& place, const std::string& content) {
    const std::size_t found = page.find(place, at);
    if (found == std::string::npos) return;
    html.append(page, at, found - at);
    html += content;
    at = found + place.size();
  };
  put("@TITLE@", ForHtml(timeline.title));
  put("@ABOUT@", ForScriptElement(About(timeline)));
  put("@RECORDS@", ForScriptElement(observe::ToNdjson(timeline.events)));
  return html.append(page, at, std::string::npos);
}

bool HasPlotLibrary() { return kHasPlotLibrary; }

}  // namespace dualpath::report
