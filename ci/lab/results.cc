#include "ci/lab/results.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <filesystem>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/base/file_lock.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using boost::property_tree::ptree;

Result<ptree> ReadXml(const std::string& path) {
  DUALPATH_TRY(const std::string text, ReadFile(path));
  std::istringstream in(text);
  ptree tree;
  try {
    boost::property_tree::read_xml(in, tree, boost::property_tree::xml_parser::trim_whitespace);
  } catch (const boost::property_tree::ptree_error& error) {
    return Error::Because("read gtest's report", path, error.what());
  }
  return tree;
}

Status WriteXml(const std::string& path, const ptree& tree) {
  std::ostringstream out;
  boost::property_tree::write_xml(
      out, tree, boost::property_tree::xml_writer_make_settings<std::string>(' ', 2));
  return WriteFileAtomically(path, out.str());
}

TestVerdict ToVerdict(const ptree& testcase) {
  TestVerdict verdict;
  verdict.name = testcase.get("<xmlattr>.classname", "") + "." + testcase.get("<xmlattr>.name", "");
  if (const auto failure = testcase.get_child_optional("failure")) {
    verdict.outcome = TestVerdict::Outcome::kFailed;
    verdict.message = failure->get("<xmlattr>.message", "");
  } else if (testcase.get("<xmlattr>.result", "") == "skipped" ||
             testcase.get_child_optional("skipped")) {
    verdict.outcome = TestVerdict::Outcome::kSkipped;
    verdict.message = testcase.get("skipped.<xmlattr>.message", "");
  }
  return verdict;
}

/// The suites of a report; none if it is not one.
const ptree& SuitesOf(const ptree& report) {
  static const ptree none;
  return report.get_child("testsuites", none);
}

bool Ran(const ptree& testcase) { return testcase.get("<xmlattr>.status", "run") == "run"; }

/// Adds the counts that JUnit readers sum up.
void Add(ptree& total, const ptree& suite) {
  for (const char* counter : {"tests", "failures", "disabled", "skipped", "errors"}) {
    const std::string attribute = std::string("<xmlattr>.") + counter;
    total.put(attribute, total.get(attribute, 0) + suite.get(attribute, 0));
  }
  total.put("<xmlattr>.time", total.get("<xmlattr>.time", 0.0) + suite.get("<xmlattr>.time", 0.0));
}

}  // namespace

Result<std::vector<TestVerdict>> ReadVerdicts(const std::string& gtest_xml) {
  DUALPATH_TRY(const ptree tree, ReadXml(gtest_xml));
  std::vector<TestVerdict> verdicts;
  for (const auto& [suite_tag, suite] : SuitesOf(tree)) {
    if (suite_tag != "testsuite") continue;
    for (const auto& [tag, testcase] : suite) {
      if (tag == "testcase" && Ran(testcase)) verdicts.push_back(ToVerdict(testcase));
    }
  }
  return verdicts;
}

Status WriteFailureXml(const std::string& path, const std::string& name,
                       const std::string& message) {
  const std::size_t dot = name.find('.');
  ptree failure;
  failure.put("<xmlattr>.message", message);
  failure.put("<xmlattr>.type", "");
  failure.put_value(message);
  ptree testcase;
  testcase.put("<xmlattr>.name", dot == std::string::npos ? name : name.substr(dot + 1));
  testcase.put("<xmlattr>.status", "run");
  testcase.put("<xmlattr>.result", "completed");
  testcase.put("<xmlattr>.classname", name.substr(0, dot));
  testcase.add_child("failure", failure);
  ptree suite;
  suite.put("<xmlattr>.name", name.substr(0, dot));
  suite.put("<xmlattr>.tests", 1);
  suite.put("<xmlattr>.failures", 1);
  suite.add_child("testcase", testcase);
  ptree tree;
  tree.put("testsuites.<xmlattr>.tests", 1);
  tree.put("testsuites.<xmlattr>.failures", 1);
  tree.add_child("testsuites.testsuite", suite);
  return WriteXml(path, tree);
}

Status MergeJunit(const std::string& results) {
  DUALPATH_TRY(const FileLock lock,
               FileLock::Acquire(results + "/.junit.lock", FileLock::Mode::kExclusive,
                                 Deadline::In(std::chrono::seconds(30))));
  std::vector<fs::path> reports;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(results, ec)) {
    if (fs::exists(entry.path() / "gtest.xml", ec)) reports.push_back(entry.path() / "gtest.xml");
  }
  std::sort(reports.begin(), reports.end());
  ptree all;
  all.put("<xmlattr>.name", "dualpath");
  for (const fs::path& report : reports) {
    DUALPATH_TRY(const ptree tree, ReadXml(report.string()));
    for (const auto& [tag, suite] : SuitesOf(tree)) {
      if (tag != "testsuite") continue;
      Add(all, suite);
      all.add_child("testsuite", suite);
    }
  }
  ptree root;
  root.add_child("testsuites", all);
  return WriteXml(results + "/junit.xml", root);
}

std::string ResultsName(const std::string& program, const std::vector<std::string>& arguments) {
  constexpr char kFilter[] = "--gtest_filter=";
  std::string name = fs::path(program).filename().string();
  for (const std::string& argument : arguments) {
    if (argument.rfind(kFilter, 0) != 0) continue;
    const std::string filter = argument.substr(sizeof(kFilter) - 1);
    if (filter.find_first_of("*?:") == std::string::npos && !filter.empty()) name = filter;
  }
  std::replace(name.begin(), name.end(), '/', '_');  // parameterized tests
  return name;
}

}  // namespace dualpath::lab
