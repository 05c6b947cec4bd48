#pragma once

#include <map>
#include <ostream>
#include <string>

namespace dualpath::results {

/// Table of the verdicts of libiscsi's conformance tests, in Markdown: a column for each place
/// where they ran, a row for each test that did not pass in all of them, and the sums.
class ConformanceTable {
 public:
  /// Adds a column: the property "conformance" of a case (fixtures/conformance_fixture.h),
  /// {"on": "map", "verdicts": {"Verify10.Dpo": "failed", ...}}. Returns whether it is one.
  bool Add(const std::string& property);

  bool empty() const { return columns_.empty(); }
  void Print(std::ostream& out) const;

 private:
  using Verdicts = std::map<std::string, std::string>;

  std::map<std::string, Verdicts> columns_;
};

}  // namespace dualpath::results
