#include "ci/bench/page.h"

#include "ci/bench/report_json.h"
#include "helpers/page/html.h"

namespace dualpath::bench {

extern const char* const kBenchPage;  // page/bench.html, embedded by ci/cmake/EmbedPage.cmake

std::string Page(const Report& report) {
  constexpr int kInOneLine = -1;
  return page::FillIn(kBenchPage,
                      {{"@BENCH@", page::ForScriptElement(ToJsonText(report, kInOneLine))}});
}

}  // namespace dualpath::bench
