#include "ci/results/results.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <sstream>

#include "ci/results/run_id.h"
#include "ci/results/xml_depth.h"
#include "helpers/base/file.h"
#include "helpers/base/file_lock.h"
#include "helpers/base/utf8.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using boost::property_tree::ptree;

constexpr char kSuites[] = "testsuites";
constexpr int kDeepest = 32;  // gtest's reports nest six elements

std::string ForXml(const std::string& text);

/// Removes indentation as the parser's trimming does, but preserves line breaks in messages of
/// tests. Also removes characters that the parser accepts but XML does not allow.
void Clean(ptree& tree) {
  if (tree.data().find_first_not_of(" \t\r\n") == std::string::npos) tree.data().clear();
  tree.data() = ForXml(tree.data());
  for (auto& [tag, child] : tree) Clean(child);
}

Result<ptree> ReadSuites(const std::string& path) {
  DUALPATH_TRY(const std::string text, ReadFile(path));
  const Status nested = CheckXmlDepth(text, kDeepest);
  if (!nested.ok()) {
    return Error::Because("read gtest's report", path,
                          nested.error().object() + ": " + nested.error().reason());
  }
  std::istringstream in(text);
  ptree tree;
  try {
    boost::property_tree::read_xml(in, tree);
  } catch (const boost::property_tree::ptree_error& error) {
    return Error::Because("read gtest's report", path, error.what());
  }
  if (tree.count(kSuites) == 0) {
    return Error::Because("read gtest's report", path, "no <testsuites> element");
  }
  Clean(tree);
  return tree.get_child(kSuites);
}

Status WriteSuites(const std::string& path, const ptree& suites) {
  ptree tree;
  tree.add_child(kSuites, suites);
  std::ostringstream out;
  boost::property_tree::write_xml(
      out, tree, boost::property_tree::xml_writer_make_settings<std::string>(' ', 2));
  return WriteFileAtomically(path, out.str());
}

TestResult ToTestResult(const ptree& testcase) {
  TestResult test;
  test.name = testcase.get("<xmlattr>.classname", "") + "." + testcase.get("<xmlattr>.name", "");
  test.file = testcase.get("<xmlattr>.file", "");
  test.line = testcase.get("<xmlattr>.line", 0);
  test.seconds = testcase.get("<xmlattr>.time", 0.0);
  for (const auto& [tag, failure] : testcase) {
    if (tag == "failure") test.failures.push_back(failure.get("<xmlattr>.message", ""));
  }
  if (!test.failures.empty()) {
    test.verdict = Verdict::kFailed;
    test.message = test.failures.front();
  } else if (const auto error = testcase.get_child_optional("error")) {
    test.verdict = Verdict::kNoVerdict;
    test.message = error->get("<xmlattr>.message", "");
  } else if (testcase.get("<xmlattr>.result", "") == "skipped" ||
             testcase.get_child_optional("skipped")) {
    test.verdict = Verdict::kSkipped;
    test.message = testcase.get("skipped.<xmlattr>.message", "");
  }
  if (const auto properties = testcase.get_child_optional("properties")) {
    for (const auto& [tag, property] : *properties) {
      test.properties[property.get("<xmlattr>.name", "")] = property.get("<xmlattr>.value", "");
    }
  }
  return test;
}

bool Ran(const ptree& testcase) { return testcase.get("<xmlattr>.status", "run") == "run"; }

/// Adds <skipped/> to skipped tests: gtest 1.10 writes only an attribute, which JUnit readers
/// interpret as a pass.
void SpellOutSkips(ptree& suite) {
  int skipped = 0;
  for (auto& [tag, testcase] : suite) {
    if (tag != "testcase" || testcase.get("<xmlattr>.result", "") != "skipped") continue;
    ++skipped;
    if (testcase.count("skipped") == 0) testcase.add_child("skipped", ptree());
  }
  suite.put("<xmlattr>.skipped", skipped);
}

/// Adds the suite's counts to the totals, which JUnit readers show.
void Add(ptree& total, const ptree& suite) {
  for (const char* counter : {"tests", "failures", "disabled", "skipped", "errors"}) {
    const std::string attribute = std::string("<xmlattr>.") + counter;
    total.put(attribute, total.get(attribute, 0) + suite.get(attribute, 0));
  }
  total.put("<xmlattr>.time", total.get("<xmlattr>.time", 0.0) + suite.get("<xmlattr>.time", 0.0));
}

/// Puts `prefix` before the names of the suite and of its tests' class.
void AddPrefix(ptree& suite, const std::string& prefix) {
  const auto add = [&](ptree& element, const std::string& path) {
    element.put(path, prefix + element.get(path, ""));
  };
  add(suite, "<xmlattr>.name");
  for (auto& [tag, testcase] : suite) {
    if (tag == "testcase") add(testcase, "<xmlattr>.classname");
  }
}

/// Replaces characters that XML does not allow: invalid UTF-8, and control characters such as
/// escape sequences of a console.
std::string ForXml(const std::string& text) {
  std::string clean = ReplaceInvalidUtf8(text);
  std::replace_if(
      clean.begin(), clean.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n'; }, ' ');
  return clean;
}

/// Returns a report of one test with an element `kind`, which the attribute `counter` counts.
ptree SuitesOfOne(const std::string& name, const std::string& text, const std::string& kind,
                  const std::string& counter) {
  const std::string message = ForXml(text);
  const std::size_t dot = name.find('.');
  ptree why;
  why.put("<xmlattr>.message", message);
  why.put("<xmlattr>.type", "");
  why.put_value(message);
  ptree testcase;
  testcase.put("<xmlattr>.name", dot == std::string::npos ? name : name.substr(dot + 1));
  testcase.put("<xmlattr>.status", "run");
  testcase.put("<xmlattr>.result", "completed");
  testcase.put("<xmlattr>.classname", name.substr(0, dot));
  testcase.add_child(kind, why);
  ptree suite;
  suite.put("<xmlattr>.name", name.substr(0, dot));
  suite.put("<xmlattr>.tests", 1);
  suite.put("<xmlattr>." + counter, 1);
  suite.add_child("testcase", testcase);
  ptree suites;
  suites.put("<xmlattr>.tests", 1);
  suites.put("<xmlattr>." + counter, 1);
  suites.add_child("testsuite", suite);
  return suites;
}

ptree FailedSuites(const std::string& name, const std::string& text) {
  return SuitesOfOne(name, text, "failure", "failures");
}

ptree SuitesWithoutVerdict(const std::string& name, const std::string& text) {
  return SuitesOfOne(name, text, "error", "errors");
}

/// Returns gtest's filter, the last one if there are several.
std::string FilterIn(const std::vector<std::string>& arguments) {
  constexpr char kFilter[] = "--gtest_filter=";
  std::string filter;
  for (const std::string& argument : arguments) {
    if (argument.rfind(kFilter, 0) == 0) filter = argument.substr(sizeof(kFilter) - 1);
  }
  return filter;
}

}  // namespace

Result<std::vector<TestResult>> ReadTestResults(const std::string& gtest_xml) {
  DUALPATH_TRY(const ptree suites, ReadSuites(gtest_xml));
  std::vector<TestResult> tests;
  for (const auto& [suite_tag, suite] : suites) {
    if (suite_tag != "testsuite") continue;
    for (const auto& [tag, testcase] : suite) {
      if (tag == "testcase" && Ran(testcase)) tests.push_back(ToTestResult(testcase));
    }
  }
  return tests;
}

Status WriteFailureXml(const std::string& path, const std::string& name,
                       const std::string& message) {
  return WriteSuites(path, FailedSuites(name, message));
}

Status WriteNoVerdictXml(const std::string& path, const std::string& name,
                         const std::string& message) {
  return WriteSuites(path, SuitesWithoutVerdict(name, message));
}

Status MergeJunit(const std::string& results) {
  DUALPATH_TRY(const FileLock lock,
               FileLock::Acquire(results + "/.junit.lock", FileLock::Mode::kExclusive,
                                 Deadline::In(std::chrono::seconds(30))));
  ptree all;
  all.put("<xmlattr>.name", "dualpath");
  for (const std::string& directory : CaseDirectoriesIn(results).of_run) {
    // A report that cannot be read does not hide the others.
    const Result<ptree> suites = ReadSuites(directory + "/gtest.xml");
    const std::string test = fs::path(directory).filename().string();
    for (auto [tag, suite] :
         suites.ok() ? *suites : SuitesWithoutVerdict(test, suites.error().ToString())) {
      if (tag != "testsuite") continue;
      SpellOutSkips(suite);
      Add(all, suite);
      all.add_child("testsuite", suite);
    }
  }
  return WriteSuites(results + "/junit.xml", all);
}

Status MergeJunitOf(const std::string& directory, const std::vector<std::string>& names) {
  ptree all;
  all.put("<xmlattr>.name", "dualpath");
  for (const std::string& name : names) {
    std::error_code ec;
    const std::string file = directory + "/" + name + "/junit.xml";
    if (!fs::exists(file, ec)) continue;
    DUALPATH_TRY(const ptree suites, ReadSuites(file));
    for (auto [tag, suite] : suites) {
      if (tag != "testsuite") continue;
      AddPrefix(suite, name + ".");
      Add(all, suite);
      all.add_child("testsuite", suite);
    }
  }
  return WriteSuites(directory + "/junit.xml", all);
}

bool SelectsOneTest(const std::vector<std::string>& arguments) {
  const std::string filter = FilterIn(arguments);
  const std::size_t dot = filter.find('.');
  const bool has_both_parts = dot != std::string::npos && dot > 0 && dot + 1 < filter.size();
  return has_both_parts && filter.find_first_of("*?:-") == std::string::npos;
}

std::string SelectedTest(const std::string& program, const std::vector<std::string>& arguments) {
  std::string filter = FilterIn(arguments);
  if (SelectsOneTest(arguments)) return filter;
  std::string name = fs::path(program).filename().string();
  if (filter.empty() || filter == "*") return name;
  constexpr std::size_t kMostOfTheFilter = 60;
  std::string words = filter.substr(0, kMostOfTheFilter);
  // Only what every file system and GitHub's artifacts accept.
  std::replace_if(
      words.begin(), words.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.'; }, '_');
  return fmt::format("{}-{}-{:08x}", name, words,
                     static_cast<std::uint32_t>(std::hash<std::string>()(filter)));
}

std::string DirectoryName(std::string test) {
  std::replace(test.begin(), test.end(), '/', '_');
  return test;
}

}  // namespace dualpath::results
