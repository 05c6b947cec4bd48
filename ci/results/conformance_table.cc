#include "ci/results/conformance_table.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "ci/results/markdown.h"

namespace dualpath::results {
namespace {

using nlohmann::json;

constexpr char kPassed[] = "passed";

// From the disk up to the guest; other columns follow.
constexpr std::array kDevices = {"path",
                                 "both paths",
                                 "map",
                                 "map, path down",
                                 "guest",
                                 "guest, path down",
                                 "guest, reservations"};

}  // namespace

bool ConformanceTable::Add(const std::string& property) {
  const json parsed = json::parse(property, nullptr, false);
  try {
    // A column may be of several cases, each with a share of the tests.
    auto verdicts = parsed.at("verdicts").get<Verdicts>();
    columns_[parsed.at("on").get<std::string>()].merge(verdicts);
    return true;
  } catch (const json::exception&) {
    return false;
  }
}

void ConformanceTable::Print(std::ostream& out) const {
  std::vector<std::string> names;
  for (const auto& column : columns_) names.push_back(column.first);
  const auto rank = [](const std::string& name) {
    return std::find(kDevices.begin(), kDevices.end(), name);
  };
  std::stable_sort(names.begin(), names.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  std::set<std::string> tests;
  for (const auto& column : columns_) {
    for (const auto& [test, verdict] : column.second) tests.insert(test);
  }

  std::vector<std::string> heading = {"test"};
  heading.insert(heading.end(), names.begin(), names.end());
  out << MarkdownHeading(heading);
  for (const std::string& test : tests) {
    std::vector<std::string> row = {test};
    bool passed = true;
    for (const std::string& name : names) {
      const auto verdict = columns_.at(name).find(test);
      row.push_back(verdict == columns_.at(name).end() ? "" : verdict->second);
      passed = passed && row.back() == kPassed;
    }
    if (!passed) out << MarkdownRow(row);
  }
  for (const char* verdict : {kPassed, "skipped", "failed"}) {
    std::vector<std::string> row = {std::string("*all ") + verdict + "*"};
    for (const std::string& name : names) {
      const Verdicts& column = columns_.at(name);
      row.push_back(std::to_string(std::count_if(
          column.begin(), column.end(), [&](const auto& each) { return each.second == verdict; })));
    }
    out << MarkdownRow(row);
  }
}

}  // namespace dualpath::results
