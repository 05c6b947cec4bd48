#include "ci/bench/table.h"

#include <spdlog/fmt/fmt.h>

namespace dualpath::bench {

std::string TableLine(const Figure& figure) {
  std::string line =
      fmt::format("{:<9} {:<62} {:>9}", figure.group, figure.what, FormatValue(figure));
  const std::string limit = FormatLimit(figure);
  if (!limit.empty()) line += "  " + limit;
  if (const auto met = figure.Met()) line += *met ? ": met" : ": NOT MET";
  if (!figure.note.empty()) line += "  (" + figure.note + ")";
  return line + "\n";
}

std::string TableLine(const CaseTime& time) {
  return fmt::format("  {:7.1f} s real {:8.1f} s virtual {:6.1f} x  {}\n", time.real_seconds,
                     time.virtual_seconds, time.Ratio(), time.name);
}

std::string MarkdownRows(const Figures& figures) {
  std::string rows;
  for (const Figure& figure : figures.all) {
    if (!figure.limit && !figure.headline) continue;
    rows += fmt::format("| {} | {} | {} |\n", figure.what,
                        figure.limit
                            ? (figure.limit->kind == Limit::Kind::kAtLeast ? "at least " : "") +
                                  FormatValue(figure.limit->value, figure.unit)
                            : "",
                        FormatValue(figure));
  }
  return rows;
}

}  // namespace dualpath::bench
