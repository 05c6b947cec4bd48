#include "helpers/scsi/conformance.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <optional>
#include <regex>
#include <sstream>
#include <utility>

#include "helpers/base/regex_limit.h"
#include "helpers/base/text.h"

namespace dualpath::scsi {
namespace {

/// Not "SCSI", which has ReportLUNs in addition: with SG_IO, that crashes the program (1.20.0). The
/// tests of the iSCSI protocol, which "ALL" has in addition, are skipped.
constexpr char kFamily[] = "ALL";

/// The tests' own lines have at most 1024 bytes.
std::vector<std::string> LinesOf(const std::string& output) {
  std::vector<std::string> all;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    all.push_back(line.substr(0, kLongestForRegex));
  return all;
}

Error NotUnderstood(const std::string& object, const std::string& reason) {
  return Error::Because(std::string("parse the output of ") + kConformanceProgram, object, reason);
}

/// CUnit's sums: "tests    230    230    215     15        0".
struct Sums {
  std::size_t total = 0;
  std::size_t ran = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
};

class Parser {
 public:
  void Take(const std::string& line) {
    std::smatch match;
    static const std::regex suite_line("Suite: (.*)");
    static const std::regex test_line("  Test: (.*?) \\.\\.\\.(.*)");
    static const std::regex sums_line(
        " *tests +(\\d{1,9}) +(\\d{1,9}) +(\\d{1,9}) +(\\d{1,9}) +\\d+");
    if (std::regex_match(line, match, suite_line)) {
      suite_ = match[1];
    } else if (std::regex_match(line, match, test_line)) {
      EndTest();
      test_.emplace();
      test_->name = suite_ + "." + match[1].str();
      TakeWordOfTest(match[2]);
    } else if (boost::starts_with(line, "Run Summary:")) {
      EndTest();
    } else if (std::regex_match(line, match, sums_line)) {
      sums_ = {std::stoul(match[1]), std::stoul(match[2]), std::stoul(match[3]),
               std::stoul(match[4])};
    } else {
      TakeWordOfTest(line);
    }
  }

  Result<ConformanceReport> End(const std::string& output) && {
    EndTest();
    if (!without_verdict_.empty()) {
      return NotUnderstood(without_verdict_,
                           "this test has no verdict; the output ends with " + Tail(output));
    }
    if (!sums_) return NotUnderstood("no summary", "the output ends with " + Tail(output));
    const std::size_t failed = report_.Count(ConformanceVerdict::kFailed);
    const std::size_t ran = report_.tests.size();
    if (sums_->total != ran || sums_->ran != ran || sums_->failed != failed ||
        sums_->passed != ran - failed) {
      std::ostringstream sums;
      sums << report_ << ", but CUnit counted " << sums_->total << " tests, of which " << sums_->ran
           << " ran and " << sums_->failed << " failed";
      return NotUnderstood("the summary", sums.str());
    }
    return std::move(report_);
  }

 private:
  /// Takes a line of the current test, or the rest of one: its verdict, or a message.
  void TakeWordOfTest(const std::string& text) {
    if (!test_) return;
    if (text == "passed") {
      passed_ = true;
    } else if (text == "FAILED") {
      passed_ = false;
    } else {
      AddMessage(text);
    }
  }

  void AddMessage(const std::string& text) {
    // The time of a message (since 1.20.1), or the number of a failed assertion.
    static const std::regex prefix(
        "^(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ +|\\d+\\. )");
    const std::string message = std::regex_replace(boost::trim_copy(text), prefix, "",
                                                   std::regex_constants::format_first_only);
    auto& all = test_->messages;
    if (!message.empty() && std::find(all.begin(), all.end(), message) == all.end()) {
      all.push_back(message);
    }
  }

  void EndTest() {
    if (!test_) return;
    const bool skipped = std::any_of(
        test_->messages.begin(), test_->messages.end(),
        [](const std::string& message) { return boost::starts_with(message, "[SKIPPED]"); });
    if (!passed_) {
      if (without_verdict_.empty()) without_verdict_ = test_->name;
    } else if (!*passed_) {
      test_->verdict = ConformanceVerdict::kFailed;
    } else if (skipped) {
      test_->verdict = ConformanceVerdict::kSkipped;
    }
    report_.tests.push_back(*std::exchange(test_, std::nullopt));
    passed_.reset();
  }

  std::string suite_;
  std::optional<ConformanceTest> test_;  ///< the current one
  std::optional<bool> passed_;           ///< its verdict by CUnit
  std::string without_verdict_;          ///< the first test that ended without one
  std::optional<Sums> sums_;
  ConformanceReport report_;
};

}  // namespace

const char* ToString(ConformanceVerdict verdict) {
  switch (verdict) {
    case ConformanceVerdict::kPassed:
      return "passed";
    case ConformanceVerdict::kSkipped:
      return "skipped";
    case ConformanceVerdict::kFailed:
      return "failed";
  }
  return "";
}

std::size_t ConformanceReport::Count(ConformanceVerdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(tests.begin(), tests.end(),
                    [&](const ConformanceTest& test) { return test.verdict == verdict; }));
}

std::ostream& operator<<(std::ostream& out, const ConformanceReport& report) {
  return out << report.tests.size() << " tests: " << report.Count(ConformanceVerdict::kPassed)
             << " passed, " << report.Count(ConformanceVerdict::kSkipped) << " skipped, "
             << report.Count(ConformanceVerdict::kFailed) << " failed";
}

std::vector<std::string> ConformanceArguments(const std::vector<std::string>& tests,
                                              const std::vector<std::string>& devices) {
  std::vector<std::string> names;
  names.reserve(tests.size());
  for (const std::string& test : tests) names.push_back(kFamily + ("." + test));
  std::vector<std::string> arguments = {"--dataloss", "--test=" + boost::join(names, ",")};
  arguments.insert(arguments.end(), devices.begin(), devices.end());
  return arguments;
}

std::vector<std::string> ParseConformanceList(const std::string& output) {
  // "ALL", "ALL.Verify10", "ALL.Verify10.Dpo": a family, a suite, a test.
  static const std::regex test_line(std::string(kFamily) + "\\.([^.]+\\..+)");
  std::vector<std::string> names;
  for (const std::string& line : LinesOf(output)) {
    std::smatch match;
    if (std::regex_match(line, match, test_line)) names.push_back(match[1]);
  }
  return names;
}

Result<ConformanceReport> ParseConformance(const std::string& output,
                                           const std::vector<std::string>& list) {
  Parser parser;
  for (const std::string& line : LinesOf(output)) parser.Take(line);
  DUALPATH_TRY(ConformanceReport report, std::move(parser).End(output));
  for (const std::string& name : list) {
    const bool ran = std::any_of(report.tests.begin(), report.tests.end(),
                                 [&](const ConformanceTest& test) { return test.name == name; });
    if (!ran) return NotUnderstood(name, "this test did not run");
  }
  return report;
}

std::string ToTsv(const ConformanceReport& report) {
  std::string table;
  for (const ConformanceTest& test : report.tests) {
    table +=
        test.name + "\t" + ToString(test.verdict) + "\t" + boost::join(test.messages, "; ") + "\n";
  }
  return table;
}

}  // namespace dualpath::scsi
