#include "ci/tests/junit.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

namespace dualpath::tests {
namespace {

using boost::property_tree::ptree;

JunitCase ToCase(const ptree& testcase) {
  JunitCase found;
  found.name = testcase.get<std::string>("<xmlattr>.classname") + "." +
               testcase.get<std::string>("<xmlattr>.name");
  found.verdict = "passed";
  for (const auto& [tag, child] : testcase) {
    if (tag != "failure" && tag != "error" && tag != "skipped") continue;
    found.verdict = tag;
    found.message += child.get("<xmlattr>.message", "");
  }
  return found;
}

}  // namespace

Result<Junit> ReadJunit(const std::string& file) {
  try {
    ptree tree;
    boost::property_tree::read_xml(file, tree);
    const ptree& suites = tree.get_child("testsuites");
    Junit junit;
    junit.tests = suites.get<int>("<xmlattr>.tests");
    junit.failures = suites.get("<xmlattr>.failures", 0);
    junit.errors = suites.get("<xmlattr>.errors", 0);
    junit.skipped = suites.get("<xmlattr>.skipped", 0);
    for (const auto& [suite_tag, suite] : suites) {
      for (const auto& [tag, testcase] : suite) {
        if (tag == "testcase") junit.cases.push_back(ToCase(testcase));
      }
    }
    return junit;
  } catch (const boost::property_tree::ptree_error& error) {
    return Error::Because("read", file, error.what());
  }
}

}  // namespace dualpath::tests
