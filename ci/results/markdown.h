#pragma once

#include <boost/algorithm/string/join.hpp>
#include <string>
#include <vector>

namespace dualpath::results {

/// Returns the heading of a Markdown table, and one of its rows.
inline std::string MarkdownRow(const std::vector<std::string>& cells) {
  return "| " + boost::join(cells, " | ") + " |\n";
}
inline std::string MarkdownHeading(const std::vector<std::string>& columns) {
  return MarkdownRow(columns) + MarkdownRow(std::vector<std::string>(columns.size(), "---"));
}

}  // namespace dualpath::results
