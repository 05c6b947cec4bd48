#include "helpers/timeline/page.h"

#include <nlohmann/json.hpp>

#include "helpers/page/html.h"

namespace dualpath::timeline {

extern const char* const kTimelinePage;  // page/timeline.html, embedded by ci/cmake/EmbedPage.cmake

namespace {

using nlohmann::ordered_json;

std::string About(const Timeline& timeline) {
  const ordered_json about = {
      {"title", timeline.title},
      {"stack", timeline.stack},
      {"clock", timeline.clock == Timeline::Clock::kWall ? "wall" : "monotonic"},
      {"story", timeline.story},
      {"notes", timeline.notes}};
  return about.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string TimelinePage(const Timeline& timeline) {
  return page::FillIn(
      kTimelinePage, {{"@TITLE@", page::ForHtml(timeline.title)},
                      {"@ABOUT@", page::ForScriptElement(About(timeline))},
                      {"@RECORDS@", page::ForScriptElement(timeline::ToNdjson(timeline.records))}});
}

bool HasPlotLibrary() { return DUALPATH_HAS_PLOT_LIBRARY != 0; }

}  // namespace dualpath::timeline
