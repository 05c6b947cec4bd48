#include "ci/results/run.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "ci/results/run_id.h"
#include "ci/results/stack.h"
#include "helpers/base/file.h"
#include "helpers/base/number.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/shell_words.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Snapshot that `dualpath exec` saves in a failed case's directory, for `dualpath shell --at`.
constexpr char kSnapshot[] = "snapshot";

/// Makes a file name relative to the repository's root: "../cases/a.cc" (from a build with ccache)
/// and "/home/me/dualpath/cases/a.cc" become "cases/a.cc".
std::string FromRoot(std::string file) {
  std::error_code ec;
  const std::string root = fs::current_path(ec).string() + "/";
  if (!ec && boost::starts_with(file, root)) file.erase(0, root.size());
  while (boost::starts_with(file, "../") || boost::starts_with(file, "./")) {
    file.erase(0, file.find('/') + 1);
  }
  return file;
}

/// Parses gtest's message, whose first line is "cases/a.cc:42" or "unknown file".
Failure ToFailure(const std::string& message) {
  const std::size_t end = std::min(message.find('\n'), message.size());
  const std::string first = message.substr(0, end);
  const std::string rest = end < message.size() ? message.substr(end + 1) : "";
  Failure failure{"", 0, message};
  const std::size_t colon = first.rfind(':');
  const std::string number = colon == std::string::npos ? "" : first.substr(colon + 1);
  constexpr std::size_t kMostDigits = 7;
  if (colon > 0 && !number.empty() && number.size() <= kMostDigits &&
      number.find_first_not_of("0123456789") == std::string::npos) {
    failure = {FromRoot(first.substr(0, colon)), std::stoi(number), rest};
  } else if (first == "unknown file" && !rest.empty()) {
    failure.text = rest;
  }
  return failure;
}

std::optional<double> Seconds(const json& timing, const char* key) {
  const auto found = timing.find(key);
  if (found == timing.end() || !found->is_number()) return std::nullopt;
  const auto seconds = found->get<double>();
  if (!std::isfinite(seconds) || seconds < 0) return std::nullopt;
  return seconds;
}

json TimingOf(const fs::path& directory) {
  const auto text = ReadFile((directory / "timing.json").string());
  json timing = text.ok() ? json::parse(*text, nullptr, false) : json();
  return timing.is_object() ? timing : json::object();
}

std::vector<CaseRun::File> FilesIn(const fs::path& directory) {
  std::vector<CaseRun::File> files;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(directory, ec)) {
    const std::string name = entry.path().filename().string();
    std::error_code no_size;
    const std::uintmax_t bytes = entry.file_size(no_size);
    const bool is_directory = entry.is_directory(no_size);
    files.push_back({name + (is_directory ? "/" : ""), is_directory || no_size ? 0 : bytes});
  }
  std::sort(files.begin(), files.end(),
            [](const CaseRun::File& a, const CaseRun::File& b) { return a.name < b.name; });
  return files;
}

std::optional<double> SecondsOf(const TestResult& test, const char* milliseconds) {
  constexpr double kPerSecond = 1000;
  const auto property = test.properties.find(milliseconds);
  if (property == test.properties.end()) return std::nullopt;
  const auto value = ParseWhole<std::uint32_t>(property->second);
  if (!value) return std::nullopt;
  return *value / kPerSecond;
}

/// Returns the property; empty if the case has none of this name.
std::string PropertyOf(const TestResult& test, const char* name) {
  const auto property = test.properties.find(name);
  return property == test.properties.end() ? "" : property->second;
}

CaseRun ToCase(const TestResult& test) {
  CaseRun result;
  result.name = test.name;
  result.verdict = test.verdict;
  result.file = FromRoot(test.file);
  result.line = test.line;
  for (const std::string& message : test.failures) {
    result.failures.push_back(ToFailure(message));
  }
  if (result.HasNoVerdict()) result.failures.push_back({"", 0, test.message});
  if (result.Skipped()) result.reason = ToFailure(test.message).text;
  result.longest_io_seconds = SecondsOf(test, "longest_io_ms");
  result.longest_gap_seconds = SecondsOf(test, "longest_gap_ms");
  result.description = PropertyOf(test, "description");
  result.known_issue = PropertyOf(test, "known_issue");
  result.known_bug = PropertyOf(test, "known_bug");
  return result;
}

/// Reads the cases in one directory: usually one, but many if a whole program was run.
std::vector<CaseRun> CasesIn(const fs::path& directory) {
  const std::string report = (directory / "gtest.xml").string();
  const auto tests = ReadTestResults(report);
  std::vector<CaseRun> cases;
  if (tests.ok()) {
    for (const TestResult& test : *tests) cases.push_back(ToCase(test));
    if (cases.size() > 1) {
      for (std::size_t i = 0; i < cases.size(); ++i) {
        cases[i].virtual_seconds = (*tests)[i].seconds;
      }
    }
  } else {
    std::error_code ec;
    CaseRun without;
    without.name = directory.filename().string();
    without.verdict = Verdict::kNoVerdict;
    without.failures.push_back(
        {"", 0, fs::exists(report, ec) ? tests.error().ToString() : kNoVerdictYet});
    cases.push_back(without);
  }
  for (CaseRun& run : cases) run.directory = directory.filename().string();
  return cases;
}

std::map<std::string, Before> ReadBefore(const std::string& previous) {
  std::map<std::string, Before> before;
  for (const CaseRun& run : ReadRun(previous, "").cases) {
    before.emplace(run.name, Before{run.verdict, run.real_seconds, run.virtual_seconds, run.file,
                                    run.longest_io_seconds});
  }
  return before;
}

std::string SuiteOf(const std::string& name) { return name.substr(0, name.find('.')); }

void CompareWith(const std::string& previous, RunResults& run) {
  run.previous = previous;
  std::map<std::string, Before> before = ReadBefore(previous);
  for (CaseRun& each : run.cases) {
    const auto found = before.find(each.name);
    if (found != before.end()) each.before = found->second;
  }
  for (const CaseRun& each : run.cases) before.erase(each.name);
  for (const auto& [name, old] : before) run.not_run.push_back(name);
}

/// Fills in the source file of cases without a report from other cases of the same suite.
void AddFiles(RunResults& run) {
  std::map<std::string, std::string> files;
  for (const CaseRun& each : run.cases) {
    const std::string file = each.file.empty() && each.before ? each.before->file : each.file;
    if (!file.empty()) files.emplace(SuiteOf(each.name), file);
  }
  for (CaseRun& each : run.cases) {
    const auto file = files.find(SuiteOf(each.name));
    if (each.file.empty() && file != files.end()) each.file = file->second;
  }
}

std::optional<double> Ratio(const CaseRun& run, const std::optional<double>& now,
                            const std::optional<double>& then, double least_seconds = 1) {
  constexpr double kSlower = 1.25;
  constexpr double kFaster = 1 / kSlower;
  if (!run.Passed() || run.before->verdict != Verdict::kPassed) return std::nullopt;
  if (!now || !then || *then <= 0 || std::abs(*now - *then) < least_seconds) return std::nullopt;
  const double ratio = *now / *then;
  if (ratio > kFaster && ratio < kSlower) return std::nullopt;
  return ratio;
}

}  // namespace

const char* Describe(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kFailed:
      return "failed";
    case Verdict::kSkipped:
      return "skipped";
    case Verdict::kNoVerdict:
      return "no verdict";
  }
  return "";
}

std::string Failure::Location() const {
  return file.empty() ? "" : file + ":" + std::to_string(line);
}

bool CaseRun::Has(const std::string& file_name) const {
  return std::any_of(files.begin(), files.end(),
                     [&](const File& each) { return each.name == file_name; });
}

std::string CaseRun::Family() const {
  if (file.empty()) return SuiteOf(name);
  return boost::replace_all_copy(fs::path(file).stem().string(), "_", " ");
}

std::string CaseRun::Change() const {
  if (!before || before->verdict == verdict) return "";
  if (Failed()) return "newly failed";
  if (HasNoVerdict()) return "lost its verdict";
  if (Skipped()) return "newly skipped";
  if (before->verdict == Verdict::kNoVerdict) return "has a verdict again";
  return before->verdict == Verdict::kFailed ? "fixed" : "no longer skipped";
}

std::optional<double> CaseRun::RealRatio() const {
  return before ? Ratio(*this, real_seconds, before->real_seconds) : std::nullopt;
}

std::optional<double> CaseRun::VirtualRatio() const {
  return before ? Ratio(*this, virtual_seconds, before->virtual_seconds) : std::nullopt;
}

std::optional<double> CaseRun::LongestIoRatio() const {
  constexpr double kLeastSeconds = 0.5;
  if (!before) return std::nullopt;
  return Ratio(*this, longest_io_seconds, before->longest_io_seconds, kLeastSeconds);
}

std::string CaseRun::AloneCommand() const {
  std::string pattern;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '/') pattern += '\\';
    pattern += c;
  }
  return "./ci/cases -- -R '^" + pattern + "$'";
}

std::string CaseRun::ShellCommand() const {
  if (!Failed()) return "";
  const bool has_snapshot = Has(kSnapshot) || Has(std::string(kSnapshot) + "/");
  const std::string open = process::DualpathCommand() + " shell --at " + name;
  // ci/cases, which runs the case again, always uses the default directory.
  if (!has_snapshot) return "DUALPATH_KEEP_SNAPSHOT=1 " + AloneCommand() + "; " + open;
  // If one process ran several cases, their VM is that of the directory.
  const bool is_shared = directory != DirectoryName(name);
  return (is_shared ? process::DualpathCommand() + " shell --at " + directory : open) +
         results_option;
}

int RunResults::Count(Verdict verdict) const {
  return static_cast<int>(std::count_if(
      cases.begin(), cases.end(), [&](const CaseRun& run) { return run.verdict == verdict; }));
}

int RunResults::UnlistedSkips() const {
  return static_cast<int>(std::count_if(cases.begin(), cases.end(),
                                        [](const CaseRun& run) { return run.unlisted_skip; }));
}

int RunResults::KnownIssues() const {
  return static_cast<int>(std::count_if(cases.begin(), cases.end(), [](const CaseRun& run) {
    return run.Failed() && !run.known_issue.empty();
  }));
}

int RunResults::UnexpectedPasses() const {
  return static_cast<int>(std::count_if(
      cases.begin(), cases.end(), [](const CaseRun& run) { return run.UnexpectedlyPassed(); }));
}

std::string ResultsOption(const std::string& results) {
  std::error_code ec;
  const bool is_default =
      fs::weakly_canonical(results, ec) == fs::weakly_canonical(process::DefaultResults(), ec);
  return is_default ? "" : " --results " + process::QuotedForShell(results);
}

RunResults ReadRun(const std::string& results, const std::string& previous) {
  RunResults run;
  run.results = results;
  const CaseDirectories directories = CaseDirectoriesIn(results);
  run.of_other_runs = directories.of_others;
  const std::string results_option = ResultsOption(results);
  for (const fs::path directory : directories.of_run) {
    std::vector<CaseRun> cases = CasesIn(directory);
    const json timing = TimingOf(directory);
    const auto real_seconds = Seconds(timing, "real_seconds");
    const auto virtual_seconds = Seconds(timing, "virtual_seconds");
    run.real_seconds += real_seconds.value_or(0);
    run.virtual_seconds += virtual_seconds.value_or(0);
    if (cases.size() == 1) {
      cases[0].real_seconds = real_seconds;
      cases[0].virtual_seconds = virtual_seconds;
    }
    if (const auto stack = ReadStack(directory.string())) {
      const std::string text = ToText(*stack);
      if (std::find(run.stacks.begin(), run.stacks.end(), text) == run.stacks.end())
        run.stacks.push_back(text);
    }
    const std::vector<CaseRun::File> files = FilesIn(directory);
    for (CaseRun& each : cases) {
      each.files = files;
      each.results_option = results_option;
      run.cases.push_back(std::move(each));
    }
    struct stat status {};
    if (::stat((directory / "gtest.xml").c_str(), &status) == 0) {
      run.ended = std::max(run.ended, static_cast<std::int64_t>(status.st_mtime));
    }
  }
  std::error_code ec;
  if (!previous.empty() && fs::is_directory(previous, ec)) CompareWith(previous, run);
  AddFiles(run);
  return run;
}

}  // namespace dualpath::results
