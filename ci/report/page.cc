#include "ci/report/page.h"

#include <nlohmann/json.hpp>

#include "ci/report/html.h"
#include "ci/report/page_assets.h"

namespace dualpath::report {
namespace {

using nlohmann::ordered_json;

std::string About(const Timeline& timeline) {
  const ordered_json about = {
      {"title", timeline.title},
      {"clock", timeline.clock == Timeline::Clock::kWall ? "wall" : "monotonic"},
      {"notes", timeline.notes}};
  return about.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string TimelinePage(const Timeline& timeline) {
  return FillIn(kTimelinePage,
                {{"@TITLE@", ForHtml(timeline.title)},
                 {"@ABOUT@", ForScriptElement(About(timeline))},
                 {"@RECORDS@", ForScriptElement(observe::ToNdjson(timeline.events))}});
}

bool HasPlotLibrary() { return kHasPlotLibrary; }

}  // namespace dualpath::report
