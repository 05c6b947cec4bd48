#include "ci/matrix/matrix_page.h"

#include <nlohmann/json.hpp>

#include "ci/matrix/table.h"
#include "helpers/page/html.h"

namespace dualpath::matrix {

extern const char* const kMatrixPage;  // page/matrix.html, embedded by ci/cmake/EmbedPage.cmake

namespace {

using nlohmann::ordered_json;

ordered_json OrNull(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json();
}

ordered_json ToJson(const results::CaseRun* cell) {
  if (cell == nullptr) return nullptr;
  std::string why = cell->reason;
  if (!cell->failures.empty()) why = cell->failures.front().text;
  return {{"word", WordOf(cell)},
          {"verdict", results::Describe(cell->verdict)},
          {"real", OrNull(cell->real_seconds)},
          {"virtual", OrNull(cell->virtual_seconds)},
          {"why", why},
          {"known_issue", cell->known_issue},
          {"directory", cell->directory},
          {"has_timeline", cell->Has("timeline.html")}};
}

ordered_json ToJson(const Column& column) {
  ordered_json versions = ordered_json::array();
  for (const auto& [package, version] : column.versions)
    versions.push_back({{"package", package}, {"version", version}});
  return {{"name", column.name},
          {"versions", versions},
          {"error", column.error},
          {"real", column.run.real_seconds},
          {"virtual", column.run.virtual_seconds}};
}

}  // namespace

std::string MatrixPage(const std::vector<Column>& columns) {
  ordered_json stacks = ordered_json::array();
  for (const Column& column : columns) stacks.push_back(ToJson(column));
  ordered_json rows = ordered_json::array();
  for (const Row& row : RowsOf(columns)) {
    ordered_json cells = ordered_json::array();
    for (const results::CaseRun* cell : row.cells) cells.push_back(ToJson(cell));
    rows.push_back({{"name", row.name}, {"differs", row.differs}, {"cells", cells}});
  }
  const std::string text = ordered_json{{"stacks", stacks}, {"rows", rows}}.dump(
      -1, ' ', false, ordered_json::error_handler_t::replace);
  return page::FillIn(kMatrixPage, {{"@MATRIX@", page::ForScriptElement(text)}});
}

}  // namespace dualpath::matrix
