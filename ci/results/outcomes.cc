#include "ci/results/outcomes.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/replace.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "ci/results/conformance_table.h"
#include "ci/results/markdown.h"
#include "ci/results/results.h"
#include "ci/results/run_id.h"
#include "helpers/base/exit_code.h"

namespace dualpath::results {
namespace {

using nlohmann::json;

struct Row {
  std::string test;
  json cells;
};

// In order from the fault to the application; columns with other names follow.
constexpr std::array kKnownColumns = {"fault",  "device",      "policy",       "path",
                                      "dm",     "multipathd",  "sg_io",        "qemu",
                                      "domain", "virtio_scsi", "guest_kernel", "guest"};

std::vector<std::string> ColumnsOf(const std::vector<Row>& rows) {
  std::set<std::string> used;
  for (const Row& row : rows) {
    for (const auto& [column, cell] : row.cells.items()) used.insert(column);
  }
  std::vector<std::string> columns;
  for (const char* known : kKnownColumns) {
    if (used.erase(known) > 0) columns.emplace_back(known);
  }
  columns.insert(columns.end(), used.begin(), used.end());
  return columns;
}

std::string Cell(const json& cells, const std::string& column) {
  const auto cell = cells.find(column);
  if (cell == cells.end()) return "";
  return boost::replace_all_copy(cell->is_string() ? cell->get<std::string>() : cell->dump(), "|",
                                 "\\|");
}

void PrintRows(std::vector<Row> rows, std::ostream& out) {
  const std::vector<std::string> columns = ColumnsOf(rows);
  const auto key = [&](const Row& row) {
    std::vector<std::string> cells;
    cells.reserve(columns.size() + 1);
    for (const std::string& column : columns) cells.push_back(Cell(row.cells, column));
    return cells;
  };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return key(a) < key(b); });

  std::vector<std::string> heading = columns;
  for (std::string& word : heading) std::replace(word.begin(), word.end(), '_', ' ');
  heading.emplace_back("asserted by");
  out << MarkdownHeading(heading);
  for (const Row& row : rows) {
    std::vector<std::string> cells = key(row);
    cells.push_back("`" + row.test + "`");
    out << MarkdownRow(cells);
  }
}

}  // namespace

int PrintOutcomes(const std::string& results, std::ostream& out, std::ostream& err) {
  std::vector<Row> rows;
  ConformanceTable conformance;
  for (const std::string& directory : CaseDirectoriesIn(results).of_run) {
    const std::string report = directory + "/gtest.xml";
    const auto tests = ReadTestResults(report);
    if (!tests.ok()) {
      err << "dualpath: " << tests.error().ToString() << "\n";
      continue;
    }
    for (const TestResult& test : *tests) {
      if (test.verdict != Verdict::kPassed) continue;
      const auto verdicts = test.properties.find("conformance");
      if (verdicts != test.properties.end() && !conformance.Add(verdicts->second)) {
        err << "dualpath: " << report
            << ": not the verdicts of conformance tests: " << verdicts->second << "\n";
      }
      const auto outcome = test.properties.find("outcome");
      if (outcome == test.properties.end()) continue;
      const json cells = json::parse(outcome->second, nullptr, false);
      if (cells.is_object()) {
        rows.push_back({test.name, cells});
      } else {
        err << "dualpath: " << report << ": the outcome is not a JSON object: " << outcome->second
            << "\n";
      }
    }
  }
  if (rows.empty() && conformance.empty()) {
    err << "dualpath: no case in " << results << " recorded an outcome\n";
    return kNothingRan;
  }
  if (!rows.empty()) PrintRows(rows, out);
  if (!rows.empty() && !conformance.empty()) out << "\n";
  if (!conformance.empty()) conformance.Print(out);
  return kAllPassed;
}

}  // namespace dualpath::results
