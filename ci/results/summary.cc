#include "ci/results/summary.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "ci/results/allowed_skips.h"
#include "ci/results/run.h"
#include "ci/results/run_page.h"
#include "ci/results/shards.h"
#include "ci/results/tap.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"

namespace dualpath::results {
namespace {

/// Indents text below a case's line.
std::string Indented(const std::string& text) {
  const std::string indentation(8, ' ');
  return indentation + boost::replace_all_copy(text, "\n", "\n" + indentation) + "\n";
}

void PrintCase(const CaseRun& run, std::ostream& out) {
  // Parsed by ci/figures.
  const auto seconds = [](const std::optional<double>& number) {
    return number ? fmt::format("{:7.1f}", *number) : "      -";
  };
  out << fmt::format("{:10}{} s real {} s virtual  {}\n",
                     run.Failed() ? "FAILED" : Describe(run.verdict), seconds(run.real_seconds),
                     seconds(run.virtual_seconds), run.name);
  if (run.Skipped()) out << Indented(run.reason);
  if (run.unlisted_skip) out << Indented("this skip is not allowed");
  for (const Failure& failure : run.failures) {
    const std::string location = failure.Location();
    out << Indented((location.empty() ? "" : location + "\n") + failure.text);
  }
  if (run.known_issue.empty()) return;
  if (run.Failed()) out << Indented("known issue: " + run.known_issue);
  if (run.Passed()) out << Indented("unexpected pass, known issue: " + run.known_issue);
}

void PrintSums(const RunResults& run, std::ostream& out) {
  out << fmt::format(
      "cases: {} passed, {} failed, {} no verdict, {} skipped; {:.0f} s real, {:.0f} s virtual\n",
      run.Count(Verdict::kPassed), run.Count(Verdict::kFailed), run.Count(Verdict::kNoVerdict),
      run.Count(Verdict::kSkipped), run.real_seconds, run.virtual_seconds);
  if (run.KnownIssues() > 0) {
    out << "known issues: " << run.KnownIssues() << " of the failures\n";
  }
  if (run.UnexpectedPasses() > 0) {
    out << "unexpected passes: " << run.UnexpectedPasses()
        << " of cases with a known issue; has it been fixed?\n";
  }
}

/// Prints which directories do not count.
void PrintOtherRuns(const RunResults& run, std::ostream& out) {
  if (run.of_other_runs.empty()) return;
  out << "not counted: " << run.of_other_runs.size() << " results of other runs, such as "
      << run.of_other_runs.front() << "\n";
}

/// Marks the skips that the run may not have.
Status CheckSkips(const std::string& allowed_skips, RunResults& run) {
  if (allowed_skips.empty()) return Ok{};
  DUALPATH_TRY(const AllowedSkips allowed, AllowedSkips::Read(allowed_skips));
  for (CaseRun& each : run.cases) {
    each.unlisted_skip = each.Skipped() && !allowed.Allow(each.name, each.reason);
  }
  if (run.UnlistedSkips() == 0) return Ok{};
  return Error::Because(
      "check the skips", allowed_skips,
      fmt::format("{} of {} are not allowed", run.UnlistedSkips(), run.Count(Verdict::kSkipped)));
}

int CodeOf(const RunResults& run) {
  if (run.Count(Verdict::kFailed) > 0) return kCaseFailed;
  if (run.Count(Verdict::kNoVerdict) > 0) return kInfrastructure;
  return run.Count(Verdict::kPassed) > 0 ? kAllPassed : kNothingRan;
}

void PrintTrend(const RunResults& run, std::ostream& out) {
  if (run.previous.empty()) return;
  const auto count = [&](const std::string& change) {
    return std::count_if(run.cases.begin(), run.cases.end(),
                         [&](const CaseRun& each) { return each.Change() == change; });
  };
  const auto is_slower = [](const CaseRun& each) {
    return each.RealRatio().value_or(1) > 1 || each.VirtualRatio().value_or(1) > 1 ||
           each.LongestIoRatio().value_or(1) > 1;
  };
  const auto is_faster = [](const CaseRun& each) {
    return each.RealRatio().value_or(1) < 1 || each.VirtualRatio().value_or(1) < 1 ||
           each.LongestIoRatio().value_or(1) < 1;
  };
  const auto begin = run.cases.begin();
  const auto end = run.cases.end();
  out << "compared with " << run.previous << ": " << count("newly failed") << " newly failed, "
      << count("fixed") << " fixed, " << std::count_if(begin, end, is_slower) << " slower, "
      << std::count_if(begin, end, is_faster) << " faster, " << run.not_run.size()
      << " not rerun\n";
}

/// Joins file names without doubling a slash.
std::string Join(const std::string& directory, const std::string& name) {
  return directory + (directory.empty() || directory.back() == '/' ? "" : "/") + name;
}

/// Prints the page to open and the commands to run for each failure without a known issue.
void PrintNextSteps(const RunResults& run, const std::string& index, std::ostream& out) {
  constexpr int kMostCases = 5;
  int printed = 0;
  for (const CaseRun& each : run.cases) {
    if (!each.FailedOrHasNoVerdict() || !each.known_issue.empty()) continue;
    if (++printed > kMostCases) break;
    const std::string timeline = "timeline.html";
    const std::string change = each.Change();
    const std::string verdict = each.Failed() ? "failed" : "has no verdict";
    out << "\n" << each.name << " " << (change.empty() ? verdict : change) << "\n";
    out << "  page   "
        << (each.Has(timeline) ? Join(Join(run.results, each.directory), timeline) : index) << "\n";
    out << "  logs   " << Join(run.results, each.directory) << "\n";
    out << "  alone  " << each.AloneCommand() << "\n";
    if (each.Failed()) out << "  shell  " << each.ShellCommand() << "\n";
  }
  if (printed > kMostCases) {
    const int all =
        run.Count(Verdict::kFailed) + run.Count(Verdict::kNoVerdict) - run.KnownIssues();
    out << "\nand " << all - kMostCases << " more: " << index << "\n";
  }
}

}  // namespace

int Summarize(const SummaryOptions& options, const Github& github, std::ostream& out) {
  const std::string previous =
      options.previous.empty()
          ? boost::trim_right_copy_if(options.results, [](char c) { return c == '/'; }) +
                ".previous"
          : options.previous;
  if (!options.shards.empty()) {
    const Status merged = MergeShards(options.shards, options.results);
    if (!merged.ok()) {
      out << "dualpath summary: " << merged.error().ToString() << "\n";
      return kUsage;
    }
  }
  RunResults run = ReadRun(options.results, previous);
  const Status skips = CheckSkips(options.allowed_skips, run);
  const auto report_to_github = [&] {
    const Status reported = ReportToGithub(run, github, out);
    if (!reported.ok()) out << "dualpath summary: " << reported.error().ToString() << "\n";
  };
  const Fence fence = FenceOf(github);
  out << fence.before;
  if (run.cases.empty()) {
    out << "no case results in " << options.results << "\n";
    PrintOtherRuns(run, out);
    out << fence.after;
    report_to_github();
    return kNothingRan;
  }
  for (const CaseRun& each : run.cases) PrintCase(each, out);
  PrintSums(run, out);
  PrintOtherRuns(run, out);
  PrintTrend(run, out);
  const std::string index = Join(run.results, "index.html");
  out << "results: " << run.results << " (merged JUnit: junit.xml, TAP: results.tap)\n";
  Status written = WriteFileAtomically(Join(run.results, "results.tap"), Tap(run));
  if (written.ok()) written = WriteFileAtomically(index, RunPage(run));
  if (written.ok()) {
    out << "page: " << index << "\n";
  } else {
    out << "dualpath summary: write the run's page: " << written.error().ToString() << "\n";
  }
  PrintNextSteps(run, index, out);
  if (!skips.ok()) out << "dualpath summary: " << skips.error().ToString() << "\n";
  out << fence.after;
  report_to_github();
  return skips.ok() ? CodeOf(run) : kCaseFailed;
}

}  // namespace dualpath::results
