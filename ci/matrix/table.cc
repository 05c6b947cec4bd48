#include "ci/matrix/table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <map>

#include "ci/results/markdown.h"
#include "helpers/base/exit_code.h"

namespace dualpath::matrix {
namespace {

using results::MarkdownHeading;
using results::MarkdownRow;
using results::Verdict;

constexpr char kNone[] = "-";
constexpr char kMultipathTools[] = "multipath-tools";

std::string Seconds(double seconds) { return fmt::format("{:.0f} s", seconds); }

std::string Columns(const std::vector<Column>& columns) {
  std::vector<std::string> heading = {"stack"};
  for (const auto& [package, version] : columns.front().versions) heading.push_back(package);
  for (const char* word :
       {"passed", "failed", "known issues", "no verdict", "skipped", "real", "virtual"})
    heading.emplace_back(word);
  std::string text = MarkdownHeading(heading);
  for (const Column& column : columns) {
    const results::RunResults& run = column.run;
    std::vector<std::string> cells = {column.name};
    for (const auto& [package, version] : column.versions) cells.push_back(version);
    for (const int count :
         {run.Count(Verdict::kPassed), run.Count(Verdict::kFailed) - run.KnownIssues(),
          run.KnownIssues(), run.Count(Verdict::kNoVerdict), run.Count(Verdict::kSkipped)})
      cells.push_back(std::to_string(count));
    cells.push_back(Seconds(run.real_seconds));
    cells.push_back(Seconds(run.virtual_seconds));
    text += MarkdownRow(cells);
  }
  for (const Column& column : columns) {
    if (column.error.empty()) continue;
    text += "\n" + column.name +
            " is incomplete: " + boost::replace_all_copy(column.error, "\n", " ") + "\n";
  }
  return text;
}

}  // namespace

std::string WordOf(const results::CaseRun* cell) {
  if (cell == nullptr) return kNone;
  if (cell->Failed() && !cell->known_issue.empty()) return "known issue";
  if (cell->UnexpectedlyPassed()) return "unexpected pass";
  return results::Describe(cell->verdict);
}

std::vector<Row> RowsOf(const std::vector<Column>& columns) {
  std::map<std::string, Row> by_name;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (const results::CaseRun& run : columns[i].run.cases) {
      Row& row = by_name[run.name];
      row.name = run.name;
      row.cells.resize(columns.size(), nullptr);
      row.cells[i] = &run;
    }
  }
  std::vector<Row> rows;
  for (auto& [name, row] : by_name) {
    // What a column lacks because of its error is told once, with the error.
    std::vector<std::string> words;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (row.cells[i] != nullptr || columns[i].error.empty())
        words.push_back(WordOf(row.cells[i]));
    }
    row.differs =
        std::adjacent_find(words.begin(), words.end(), std::not_equal_to<>()) != words.end();
    rows.push_back(std::move(row));
  }
  std::stable_partition(rows.begin(), rows.end(), [](const Row& row) { return row.differs; });
  return rows;
}

std::string ToMarkdown(const std::vector<Column>& columns) {
  std::string text = "## Dualpath matrix\n\n" + Columns(columns);
  const std::vector<Row> rows = RowsOf(columns);
  const auto same =
      std::find_if(rows.begin(), rows.end(), [](const Row& row) { return !row.differs; });
  if (same != rows.begin()) {
    std::vector<std::string> heading = {"differs"};
    for (const Column& column : columns) heading.push_back(column.name);
    text += "\n" + MarkdownHeading(heading);
    for (auto row = rows.begin(); row != same; ++row) {
      std::vector<std::string> cells = {row->name};
      for (const results::CaseRun* cell : row->cells) cells.push_back(WordOf(cell));
      text += MarkdownRow(cells);
    }
  }
  std::map<std::string, int> words;
  for (auto row = same; row != rows.end(); ++row) {
    const auto ran = std::find_if(row->cells.begin(), row->cells.end(),
                                  [](const results::CaseRun* cell) { return cell != nullptr; });
    ++words[WordOf(*ran)];
  }
  text += "\nThe same on all stacks:";
  for (const auto& [word, count] : words) text += fmt::format(" {} {}", count, word);
  return text + (words.empty() ? " none" : "") + "\n";
}

std::string KnownIssues(const std::vector<Column>& columns) {
  std::vector<std::string> heading = {"bug", "case"};
  for (const Column& column : columns) {
    const auto& versions = column.versions;
    const auto multipath = std::find_if(versions.begin(), versions.end(), [](const auto& version) {
      return version.first == kMultipathTools;
    });
    heading.push_back(column.name + (multipath == versions.end() ? "" : " " + multipath->second));
  }
  std::string text;
  std::vector<Row> rows = RowsOf(columns);
  std::sort(rows.begin(), rows.end(),
            [](const Row& left, const Row& right) { return left.name < right.name; });
  for (const Row& row : rows) {
    const auto known = std::find_if(
        row.cells.begin(), row.cells.end(),
        [](const results::CaseRun* cell) { return cell != nullptr && !cell->known_issue.empty(); });
    if (known == row.cells.end()) continue;
    std::vector<std::string> cells = {
        "[" + ((*known)->known_bug.empty() ? "?" : (*known)->known_bug) + "](" +
            (*known)->known_issue + ")",
        "`" + row.name + "`"};
    for (const results::CaseRun* cell : row.cells) cells.push_back(WordOf(cell));
    text += MarkdownRow(cells);
  }
  return text.empty() ? "" : MarkdownHeading(heading) + text;
}

int ExitCodeOf(const std::vector<Column>& columns) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const Column& column) { return column.run.Count(verdict) > 0; });
  };
  if (any(Verdict::kFailed)) return kCaseFailed;
  const bool has_error = std::any_of(columns.begin(), columns.end(),
                                     [](const Column& column) { return !column.error.empty(); });
  if (has_error || any(Verdict::kNoVerdict)) return kInfrastructure;
  return any(Verdict::kPassed) ? kAllPassed : kNothingRan;
}

}  // namespace dualpath::matrix
