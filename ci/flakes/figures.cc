#include "ci/flakes/figures.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace dualpath::flakes {
namespace {

using results::Verdict;

constexpr double kPercent = 100;

}  // namespace

double UpperBound(int failures, int runs) {
  if (runs <= 0) return 1;
  constexpr double kZ = 1.959964;  // two-sided 95 % of the normal distribution
  const double n = runs;
  const double p = failures / n;
  const double centre = p + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  return (centre + half) / (1 + kZ * kZ / n);
}

std::vector<CaseFigures> FiguresOf(const Ledger& ledger) {
  std::map<std::string, CaseFigures> cases;
  for (const std::string& name : ledger.setup().cases) cases[name].name = name;
  for (const CaseRun& run : ledger.runs()) {
    CaseFigures& figures = cases[run.name];
    if (run.verdict == Verdict::kSkipped) {
      ++figures.skips;
      continue;
    }
    ++figures.runs;
    figures.mean_seconds += run.seconds;
    if (run.verdict == Verdict::kFailed) ++figures.failures;
    if (run.verdict == Verdict::kNoVerdict) ++figures.no_verdicts;
  }
  std::vector<CaseFigures> all;
  for (auto& [name, figures] : cases) {
    if (figures.runs > 0) figures.mean_seconds /= figures.runs;
    figures.upper_bound = UpperBound(figures.failures + figures.no_verdicts, figures.runs);
    all.push_back(std::move(figures));
  }
  return all;
}

std::string ToText(const Setup& setup, const std::vector<CaseFigures>& figures) {
  CaseFigures sum;
  std::string text = fmt::format("{:>5} {:>8} {:>10} {:>7} {:>8} {:>9}  case\n", "runs", "failures",
                                 "no verdict", "skipped", "mean", "rate below");
  for (const CaseFigures& each : figures) {
    text += fmt::format("{:5} {:8} {:10} {:7} {:6.1f} s {:8.2f} %  {}\n", each.runs, each.failures,
                        each.no_verdicts, each.skips, each.mean_seconds,
                        each.upper_bound * kPercent, each.name);
    sum.runs += each.runs;
    sum.failures += each.failures;
    sum.no_verdicts += each.no_verdicts;
    sum.skips += each.skips;
  }
  return text + fmt::format(
                    "{} cases: {} runs, {} failures, {} without a verdict, {} skipped; a run does "
                    "not pass "
                    "with a rate below {:.2f} % (Wilson, 95 %); seed {}, load {}, {} at a time\n",
                    figures.size(), sum.runs, sum.failures, sum.no_verdicts, sum.skips,
                    UpperBound(sum.failures + sum.no_verdicts, sum.runs) * kPercent, setup.seed,
                    setup.load, setup.jobs);
}

std::string ToJsonText(const Setup& setup, const std::vector<CaseFigures>& figures) {
  nlohmann::ordered_json document = {{"seed", setup.seed},
                                     {"load", setup.load},
                                     {"jobs", setup.jobs},
                                     {"build", setup.build},
                                     {"cases", nlohmann::ordered_json::array()}};
  for (const CaseFigures& each : figures) {
    document["cases"].push_back({{"name", each.name},
                                 {"runs", each.runs},
                                 {"failures", each.failures},
                                 {"no_verdicts", each.no_verdicts},
                                 {"skips", each.skips},
                                 {"mean_seconds", each.mean_seconds},
                                 {"upper_bound", each.upper_bound}});
  }
  return document.dump(2) + "\n";
}

}  // namespace dualpath::flakes
