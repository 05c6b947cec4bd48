#pragma once

#include <gtest/gtest.h>

#include <string>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {

/// A results directory like that of a run, for tests.
class FakeResults {
 public:
  std::string path() const { return directory_.path() + "/results"; }
  std::string previous() const { return path() + ".previous"; }

  static void Write(const std::string& file, const std::string& content) {
    const Status written = WriteFileAtomically(file, content);
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

  /// Makes `directory` one of the run of `results`.
  static void MarkIn(const std::string& results, const std::string& directory) {
    Write(results + "/run-id", "this run\n");
    Write(results + "/" + directory + "/run-id", "this run\n");
  }
  void Mark(const std::string& directory) const { MarkIn(path(), directory); }

  /// Writes the report of one case to the directory `results`; `content` is the XML inside its
  /// element.
  static void WriteCaseIn(const std::string& results, const std::string& name,
                          const std::string& content = "", double real_seconds = 5,
                          double virtual_seconds = 50) {
    MarkIn(results, name);
    const std::size_t dot = name.find('.');
    const std::string suite = name.substr(0, dot);
    Write(results + "/" + name + "/gtest.xml",
          "<testsuites><testsuite name=\"" + suite + "\"><testcase name=\"" + name.substr(dot + 1) +
              "\" classname=\"" + suite +
              "\" file=\"../cases/path_offline.cc\" line=\"12\" status=\"run\">" + content +
              "</testcase></testsuite></testsuites>");
    Write(results + "/" + name + "/timing.json",
          "{\"real_seconds\":" + std::to_string(real_seconds) +
              ",\"virtual_seconds\":" + std::to_string(virtual_seconds) + "}");
  }
  void WriteCase(const std::string& name, const std::string& content = "", double real_seconds = 5,
                 double virtual_seconds = 50) const {
    WriteCaseIn(path(), name, content, real_seconds, virtual_seconds);
  }

  static constexpr char kFailed[] =
      "<failure message=\"../cases/path_offline.cc:20&#x0A;Value of: a&#x0A;  Actual: &lt;b>\"/>"
      "<failure message=\"unknown file&#x0A;an exception\"/>";
  static constexpr char kSkipped[] =
      "<skipped message=\"../fixtures/rig_fixture.cc:30&#x0A;no fio; install it\"/>";
  static constexpr char kKnown[] =
      "<properties><property name=\"known_issue\" value=\"https://example.org/1\"/></properties>";

 private:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

}  // namespace dualpath::results
