#include "ci/bench/page.h"

#include "ci/bench/report_json.h"
#include "ci/report/html.h"
#include "ci/report/page_assets.h"

namespace dualpath::bench {

std::string Page(const Report& report) {
  constexpr int kInOneLine = -1;
  return report::FillIn(report::kBenchPage,
                        {{"@BENCH@", report::ForScriptElement(ToJsonText(report, kInOneLine))}});
}

}  // namespace dualpath::bench
