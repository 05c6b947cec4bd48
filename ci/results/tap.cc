#include "ci/results/tap.h"

#include <spdlog/fmt/fmt.h>

#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "helpers/base/utf8.h"

namespace dualpath::results {
namespace {

/// Returns the text on one line; '#' would begin a directive.
std::string OnOneLine(const std::string& text) {
  std::string line = boost::trim_copy(ReplaceInvalidUtf8(text));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return boost::replace_all_copy(line, "#", "\\#");
}

std::string Directive(const CaseRun& run) {
  if (run.Skipped() && !run.unlisted_skip) return " # SKIP " + OnOneLine(run.reason);
  if (!run.known_issue.empty()) return " # TODO known issue: " + OnOneLine(run.known_issue);
  return run.HasNoVerdict() ? " no verdict" : "";
}

/// A YAML literal, whose lines need no quotation.
std::string Block(const std::string& text) {
  std::string lines = boost::trim_right_copy(ReplaceInvalidUtf8(text));
  for (char& c : lines) {
    if (static_cast<unsigned char>(c) < ' ' && c != '\n') c = ' ';
  }
  return "    " + boost::replace_all_copy(lines, "\n", "\n    ") + "\n";
}

std::string Diagnostics(const CaseRun& run) {
  std::string text;
  for (const Failure& failure : run.failures) {
    const std::string location = failure.Location();
    text += (location.empty() ? "" : location + "\n") + failure.text + "\n";
  }
  if (run.unlisted_skip) text += "skipped, which is not allowed: " + run.reason;
  return text.empty() ? "" : "  ---\n  message: |\n" + Block(text) + "  ...\n";
}

}  // namespace

std::string Tap(const RunResults& run) {
  std::string tap = fmt::format("TAP version 13\n1..{}\n", run.cases.size());
  std::size_t number = 0;
  for (const CaseRun& each : run.cases) {
    const bool is_ok = each.Passed() || (each.Skipped() && !each.unlisted_skip);
    tap += fmt::format("{} {} - {}{}\n{}", is_ok ? "ok" : "not ok", ++number, OnOneLine(each.name),
                       Directive(each), Diagnostics(each));
  }
  return tap;
}

}  // namespace dualpath::results
