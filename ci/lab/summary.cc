#include "ci/lab/summary.h"

#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "ci/lab/exit_code.h"
#include "ci/lab/results.h"
#include "helpers/base/file.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Outcome = TestVerdict::Outcome;

const char* Word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kFailed:
      return "FAILED";
    case Outcome::kSkipped:
      return "skipped";
  }
  return "";
}

json TimingOf(const fs::path& directory) {
  const auto text = ReadFile((directory / "timing.json").string());
  const json timing = text.ok() ? json::parse(*text, nullptr, false) : json();
  return timing.is_object() ? timing : json::object();
}

}  // namespace

int Summarize(const std::string& results, std::ostream& out) {
  const std::vector<std::string> reports = ReportsIn(results);
  if (reports.empty()) {
    out << "no case has left results in " << results << "\n";
    return kNothingRan;
  }
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  double real = 0;
  double on_case_clock = 0;
  for (const std::string& report : reports) {
    const fs::path directory = fs::path(report).parent_path();
    const json timing = TimingOf(directory);
    real += timing.value("real_seconds", 0.0);
    on_case_clock += timing.value("virtual_seconds", 0.0);
    const auto verdicts = ReadVerdicts(report);
    if (!verdicts.ok()) {
      out << verdicts.error().ToString() << "\n";
      ++failed;
      continue;
    }
    for (const TestVerdict& verdict : *verdicts) {
      out << fmt::format("{:8}{:7.1f} s real {:7.1f} s virtual  {}\n", Word(verdict.outcome),
                         timing.value("real_seconds", 0.0), timing.value("virtual_seconds", 0.0),
                         verdict.name);
      passed += verdict.outcome == Outcome::kPassed ? 1 : 0;
      failed += verdict.outcome == Outcome::kFailed ? 1 : 0;
      skipped += verdict.outcome == Outcome::kSkipped ? 1 : 0;
      if (verdict.outcome == Outcome::kPassed) continue;
      out << "        " << verdict.message << "\n";
      if (verdict.outcome == Outcome::kFailed) {
        out << "        logs: " << directory.string() << "\n        alone: ./ci/cases -- -R "
            << verdict.name << "\n";
      }
    }
  }
  out << fmt::format("cases: {} passed, {} failed, {} skipped; {:.0f} s real, {:.0f} s virtual\n",
                     passed, failed, skipped, real, on_case_clock)
      << "results: " << results << " (merged JUnit: junit.xml)\n";
  return failed == 0 ? kAllPassed : kCaseFailed;
}

}  // namespace dualpath::lab
