#include "ci/results/summary.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "ci/results/run.h"
#include "ci/results/run_page.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"

namespace dualpath::results {
namespace {

using Outcome = TestVerdict::Outcome;

/// Below the case's line.
std::string Indented(const std::string& text) {
  const std::string indentation(8, ' ');
  return indentation + boost::replace_all_copy(text, "\n", "\n" + indentation) + "\n";
}

void PrintCase(const CaseRun& run, std::ostream& out) {
  // ci/figures reads these lines.
  const auto seconds = [](const std::optional<double>& number) {
    return number ? fmt::format("{:7.1f}", *number) : "      -";
  };
  out << fmt::format("{:8}{} s real {} s virtual  {}\n",
                     run.Failed() ? "FAILED" : Describe(run.outcome), seconds(run.real_seconds),
                     seconds(run.virtual_seconds), run.name);
  if (run.Skipped()) out << Indented(run.reason);
  for (const Failure& failure : run.failures) {
    const std::string location = failure.Location();
    out << Indented((location.empty() ? "" : location + "\n") + failure.text);
  }
  if (run.known_issue.empty()) return;
  if (run.Failed()) out << Indented("known issue: " + run.known_issue);
  if (run.Passed()) out << Indented("unexpected pass, known issue: " + run.known_issue);
}

void PrintSums(const RunResults& run, std::ostream& out) {
  out << fmt::format("cases: {} passed, {} failed, {} skipped; {:.0f} s real, {:.0f} s virtual\n",
                     run.Count(Outcome::kPassed), run.Count(Outcome::kFailed),
                     run.Count(Outcome::kSkipped), run.real_seconds, run.virtual_seconds);
  if (run.KnownIssues() > 0) {
    out << "known issues: " << run.KnownIssues() << " of the failures\n";
  }
  if (run.UnexpectedPasses() > 0) {
    out << "unexpected passes: " << run.UnexpectedPasses()
        << ", of cases with a known issue; has it been repaired?\n";
  }
}

void PrintTrend(const RunResults& run, std::ostream& out) {
  if (run.previous.empty()) return;
  const auto count = [&](const std::string& change) {
    return std::count_if(run.cases.begin(), run.cases.end(),
                         [&](const CaseRun& each) { return each.Change() == change; });
  };
  const auto is_slower = [](const CaseRun& each) {
    return each.RealRatio().value_or(1) > 1 || each.VirtualRatio().value_or(1) > 1;
  };
  const auto is_faster = [](const CaseRun& each) {
    return each.RealRatio().value_or(1) < 1 || each.VirtualRatio().value_or(1) < 1;
  };
  const auto begin = run.cases.begin();
  const auto end = run.cases.end();
  out << "against " << run.previous << ": " << count("newly failed") << " newly failed, "
      << count("fixed") << " fixed, " << std::count_if(begin, end, is_slower) << " slower, "
      << std::count_if(begin, end, is_faster) << " faster, " << run.not_run.size()
      << " not run again\n";
}

/// A results directory as a command line would name it.
std::string Join(const std::string& directory, const std::string& name) {
  return directory + (directory.empty() || directory.back() == '/' ? "" : "/") + name;
}

/// What to do about each failure that is news. These are the run's last lines.
void PrintWhatToDo(const RunResults& run, const std::string& index, std::ostream& out) {
  constexpr int kMostCases = 5;
  int printed = 0;
  for (const CaseRun& each : run.cases) {
    if (!each.Failed() || !each.known_issue.empty()) continue;
    if (++printed > kMostCases) break;
    const std::string timeline = "timeline.html";
    const std::string change = each.Change();
    out << "\n" << each.name << (change.empty() ? " failed" : " " + change) << "\n";
    out << "  page   "
        << (each.Has(timeline) ? Join(Join(run.results, each.directory), timeline) : index) << "\n";
    out << "  logs   " << Join(run.results, each.directory) << "\n";
    out << "  alone  " << each.AloneCommand() << "\n";
    out << "  shell  " << each.ShellCommand() << "\n";
  }
  if (printed > kMostCases) {
    out << "\nand " << run.Count(Outcome::kFailed) - run.KnownIssues() - kMostCases
        << " more: " << index << "\n";
  }
}

}  // namespace

int Summarize(const SummaryOptions& options, const Github& github, std::ostream& out) {
  const std::string previous =
      options.previous.empty()
          ? boost::trim_right_copy_if(options.results, [](char c) { return c == '/'; }) +
                ".previous"
          : options.previous;
  const RunResults run = ReadRun(options.results, previous);
  const auto tell_github = [&] {
    const Status told = TellGithub(run, github, out);
    if (!told.ok()) out << "dualpath summary: " << told.error().ToString() << "\n";
  };
  if (run.cases.empty()) {
    out << "no case has left results in " << options.results << "\n";
    tell_github();
    return kNothingRan;
  }
  for (const CaseRun& each : run.cases) PrintCase(each, out);
  PrintSums(run, out);
  PrintTrend(run, out);
  const std::string index = Join(run.results, "index.html");
  const Status written = WriteFileAtomically(index, RunPage(run));
  out << "results: " << run.results << " (merged JUnit: junit.xml)\n";
  if (written.ok()) {
    out << "page: " << index << "\n";
  } else {
    out << "dualpath summary: the page: " << written.error().ToString() << "\n";
  }
  tell_github();
  PrintWhatToDo(run, index, out);
  return run.Count(Outcome::kFailed) == 0 ? kAllPassed : kCaseFailed;
}

}  // namespace dualpath::results
