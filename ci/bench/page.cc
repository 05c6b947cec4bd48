#include "ci/bench/page.h"

#include "ci/bench/figures_json.h"
#include "helpers/page/html.h"

namespace dualpath::bench {

extern const char* const kBenchPage;  // page/bench.html, embedded by ci/cmake/EmbedPage.cmake

std::string Page(const Figures& figures) {
  constexpr int kInOneLine = -1;
  return page::FillIn(kBenchPage,
                      {{"@BENCH@", page::ForScriptElement(ToJsonText(figures, kInOneLine))}});
}

}  // namespace dualpath::bench
