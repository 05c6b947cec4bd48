#include "ci/results/github.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "helpers/base/utf8.h"

namespace dualpath::results {
namespace {

// GitHub shows ten errors and ten warnings per step, and rejects summaries of more than 1 MiB.
constexpr int kMostAnnotations = 10;
constexpr std::size_t kMostFailures = 50;
constexpr std::size_t kMostReasons = 50;
constexpr std::size_t kMostCasesOfAReason = 10;
constexpr std::size_t kSlowest = 10;
constexpr std::size_t kLongestMessage = 4000;
constexpr std::size_t kLongestReason = 500;

/// Escapes the message of a workflow command (the part after "::") as GitHub's toolkit does.
std::string ForCommand(std::string text) {
  boost::replace_all(text, "%", "%25");
  boost::replace_all(text, "\r", "%0D");
  boost::replace_all(text, "\n", "%0A");
  return text;
}

/// Escapes the value of a property of a workflow command.
std::string ForProperty(const std::string& text) {
  return boost::replace_all_copy(boost::replace_all_copy(ForCommand(text), ":", "%3A"), ",", "%2C");
}

std::string Shortened(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : CutUtf8(text, most) + "...";
}

/// Escapes text so that Markdown shows it unchanged in a paragraph or a table cell.
std::string ForMarkdown(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\n') {
      safe += "<br>";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '&') {
      safe += "&amp;";
    } else {
      if (std::string("\\`*_{}[]()#+!|>~").find(c) != std::string::npos) safe += '\\';
      safe += c;
    }
  }
  return safe;
}

/// Formats a code block whose fence is longer than any in `text`.
std::string Block(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fence + "text\n" + text + "\n" + fence + "\n";
}

/// Formats a name as code. Names come from reports, and a backtick would end the code.
std::string Code(const std::string& name) {
  return "`" + boost::replace_all_copy(name, "`", "'") + "`";
}

std::string InSeconds(const std::optional<double>& seconds) {
  return seconds ? fmt::format("{:.1f} s", *seconds) : "";
}

std::string Annotation(const std::string& kind, const CaseRun& run, const Failure& failure,
                       const std::string& message) {
  std::string properties;
  if (!failure.file.empty()) {
    properties =
        "file=" + ForProperty(failure.file) + ",line=" + std::to_string(failure.line) + ",";
  }
  return "::" + kind + " " + properties + "title=" + ForProperty(run.name) +
         "::" + ForCommand(message) + "\n";
}

std::string Counts(const RunResults& run) {
  std::string heading = "| passed | failed | no verdict | skipped |";
  std::string rule = "| ---: | ---: | ---: | ---: |";
  std::string row =
      fmt::format("| {} | {} | {} | {} |", run.Count(Verdict::kPassed), run.Count(Verdict::kFailed),
                  run.Count(Verdict::kNoVerdict), run.Count(Verdict::kSkipped));
  const auto add = [&](const std::string& name, const std::string& value) {
    heading += " " + name + " |";
    rule += " ---: |";
    row += " " + value + " |";
  };
  if (run.KnownIssues() > 0) add("known issues", std::to_string(run.KnownIssues()));
  if (run.UnexpectedPasses() > 0) add("unexpected passes", std::to_string(run.UnexpectedPasses()));
  add("real, summed", fmt::format("{:.0f} s", run.real_seconds));
  add("virtual, summed", fmt::format("{:.0f} s", run.virtual_seconds));
  return heading + "\n" + rule + "\n" + row + "\n";
}

/// Lists the cases with `verdict`, which is not a pass or a skip.
std::string Failures(const RunResults& run, Verdict verdict, const std::string& heading) {
  std::string text;
  std::size_t count = 0;
  for (const CaseRun& each : run.cases) {
    if (each.verdict != verdict || ++count > kMostFailures) continue;
    text += "\n#### " + Code(each.name) + "\n";
    const std::string change = each.Change();
    if (!change.empty()) text += change + "\n";
    if (!each.known_issue.empty()) text += "known issue: " + ForMarkdown(each.known_issue) + "\n";
    std::string messages;
    for (const Failure& failure : each.failures) {
      const std::string location = failure.Location();
      messages +=
          (messages.empty() ? "" : "\n") + (location.empty() ? "" : location + "\n") + failure.text;
    }
    text += "\n" + Block(Shortened(messages, kLongestMessage));
    text += "\nAlone: " + Code(each.AloneCommand()) + "\n";
  }
  if (text.empty()) return "";
  if (count > kMostFailures) {
    text += fmt::format("\nand {} more, on the run's page\n", count - kMostFailures);
  }
  return "\n### " + heading + "\n" + text;
}

std::string UnexpectedPasses(const RunResults& run) {
  std::string text;
  for (const CaseRun& each : run.cases) {
    if (!each.UnexpectedlyPassed()) continue;
    text += "| " + Code(each.name) + " | " +
            ForMarkdown(Shortened(each.known_issue, kLongestReason)) + " |\n";
  }
  if (text.empty()) return "";
  return "\n### Passed despite a known issue\n\n| case | issue |\n| --- | --- |\n" + text;
}

std::string Slowest(const RunResults& run) {
  std::vector<const CaseRun*> cases;
  for (const CaseRun& each : run.cases) {
    if (each.real_seconds) cases.push_back(&each);
  }
  if (cases.empty()) return "";
  std::stable_sort(cases.begin(), cases.end(), [](const CaseRun* a, const CaseRun* b) {
    return *a->real_seconds > *b->real_seconds;
  });
  cases.resize(std::min(cases.size(), kSlowest));
  std::string text = "\n### Slowest\n\n| case | real | virtual |\n| --- | ---: | ---: |\n";
  for (const CaseRun* each : cases) {
    text += "| " + Code(each->name) + " | " + InSeconds(each->real_seconds) + " | " +
            InSeconds(each->virtual_seconds) + " |\n";
  }
  return text;
}

std::string Skips(const RunResults& run) {
  std::map<std::string, std::vector<std::string>> reasons;
  for (const CaseRun& each : run.cases) {
    if (!each.Skipped()) continue;
    reasons[(each.unlisted_skip ? "not allowed: " : "") + each.reason].push_back(each.name);
  }
  if (reasons.empty()) return "";
  std::string text = "\n### Skipped\n\n| reason | cases |\n| --- | --- |\n";
  std::size_t count = 0;
  for (const auto& [reason, names] : reasons) {
    if (++count > kMostReasons) continue;
    std::string words;
    for (std::size_t i = 0; i < std::min(names.size(), kMostCasesOfAReason); ++i) {
      words += (i == 0 ? "" : ", ") + Code(names[i]);
    }
    if (names.size() > kMostCasesOfAReason) {
      words += fmt::format(" and {} more", names.size() - kMostCasesOfAReason);
    }
    text += "| " + ForMarkdown(Shortened(reason.empty() ? "none given" : reason, kLongestReason)) +
            " | " + words + " |\n";
  }
  if (count > kMostReasons) {
    text += fmt::format("\nand {} more reasons, on the run's page\n", count - kMostReasons);
  }
  return text;
}

}  // namespace

Github Github::From(const Variables& variables) {
  Github github;
  github.is_on = variables("GITHUB_ACTIONS") == "true";
  github.step_summary = variables("GITHUB_STEP_SUMMARY").value_or("");
  return github;
}

Github Github::FromEnvironment() {
  return From([](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

std::string Annotations(const RunResults& run) {
  std::string errors;
  std::string warnings;
  int count = 0;
  int warning_count = 0;
  for (const CaseRun& each : run.cases) {
    if (each.UnexpectedlyPassed() && ++warning_count <= kMostAnnotations) {
      warnings += Annotation("warning", each, {each.file, each.line, ""},
                             "unexpected pass, known issue: " + each.known_issue);
    }
    if (each.unlisted_skip && ++count <= kMostAnnotations) {
      errors += Annotation("error", each, {each.file, each.line, ""},
                           "this skip is not allowed: " + Shortened(each.reason, kLongestReason));
    }
    if (!each.FailedOrHasNoVerdict() || each.failures.empty()) continue;
    // The first failure usually causes the others.
    const Failure& failure = each.failures.front();
    const std::string message =
        (each.HasNoVerdict() ? "no verdict: " : "") + Shortened(failure.text, kLongestMessage);
    if (each.known_issue.empty()) {
      if (++count <= kMostAnnotations) errors += Annotation("error", each, failure, message);
    } else if (++warning_count <= kMostAnnotations) {
      warnings +=
          Annotation("warning", each, failure, "known issue: " + each.known_issue + "\n" + message);
    }
  }
  return errors + warnings;
}

std::string JobSummary(const RunResults& run) {
  if (run.cases.empty()) return "## Dualpath\n\nNo case results.\n";
  return "## Dualpath\n\n" + Counts(run) + Failures(run, Verdict::kFailed, "Failed") +
         Failures(run, Verdict::kNoVerdict, "No verdict") + UnexpectedPasses(run) + Slowest(run) +
         Skips(run) + "\nThe run's page is `index.html` in the job's artifacts.\n";
}

Fence FenceOf(const Github& github) {
  if (!github.is_on) return {};
  std::random_device random;
  const std::string token = fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
  return {"::stop-commands::" + token + "\n", "::" + token + "::\n"};
}

Status ReportToGithub(const RunResults& run, const Github& github, std::ostream& out) {
  if (!github.is_on) return Ok{};
  out << Annotations(run);
  if (github.step_summary.empty()) return Ok{};
  std::ofstream file(github.step_summary, std::ios::app);
  file << JobSummary(run) << std::flush;
  if (!file) return Error::FromErrno("append the job's summary", github.step_summary, errno);
  return Ok{};
}

}  // namespace dualpath::results
