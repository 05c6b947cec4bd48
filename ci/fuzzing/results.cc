#include <nlohmann/json.hpp>
#include <sstream>

#include "ci/fuzzing/targets.h"
#include "ci/results/case_pages.h"
#include "ci/results/github.h"
#include "ci/results/outcomes.h"
#include "ci/results/results.h"
#include "ci/results/run.h"
#include "ci/results/run_id.h"
#include "ci/results/run_page.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::fuzzing {
namespace {

/// The results directory of a case, whose files the VM has written.
Result<std::string> WriteCase(const std::string& gtest_xml, const std::string& timing) {
  static const auto directory = TemporaryDirectory::Create();
  if (!directory.ok()) return directory.error();
  const std::string files = directory->path() + "/Failover.Deleting/";
  DUALPATH_TRY_STATUS(results::BeginCase(directory->path(), files, "1"));
  DUALPATH_TRY_STATUS(WriteFileAtomically(files + "gtest.xml", gtest_xml));
  DUALPATH_TRY_STATUS(WriteFileAtomically(files + "timing.json", timing));
  return directory->path();
}

/// A case is in the run whatever is in its report, and its text cannot leave its place on the page
/// or in an annotation.
Status FuzzReport(const std::string& input) {
  const auto [timing, report] = Split(input, '\n');
  DUALPATH_TRY(const std::string results, WriteCase(report, timing));
  const auto tests = results::ReadTestResults(results + "/Failover.Deleting/gtest.xml");
  const results::RunResults run = results::ReadRun(results, "");
  DUALPATH_TRY_STATUS(Promise(tests.ok() || (run.cases.size() == 1 && !run.cases[0].Passed()),
                              "a case without a readable report did not pass", report));
  DUALPATH_TRY_STATUS(Promise(!tests.ok() || run.cases.size() == tests->size(),
                              "the cases of a run are those of its reports", report));
  for (const std::string& line : Lines(results::Annotations(run))) {
    DUALPATH_TRY_STATUS(Promise(line.rfind("::", 0) == 0, "an annotation is one line", line));
  }
  static_cast<void>(results::JobSummary(run));
  static const std::size_t scripts = Count(results::RunPage({}), "</script");
  DUALPATH_TRY_STATUS(
      Promise(Count(results::RunPage(run), "</script") == scripts, "text ends no script", report));
  std::ostringstream out;
  std::ostringstream err;
  static_cast<void>(results::PrintOutcomes(results, out, err));
  DUALPATH_TRY_STATUS(results::MergeJunit(results));
  const auto merged = results::ReadTestResults(results + "/junit.xml");
  DUALPATH_TRY_STATUS(
      Promise(merged.ok(), "junit.xml is XML", merged.ok() ? "" : merged.error().ToString()));
  return Promise(!tests.ok() || merged->size() == tests->size(), "junit.xml has every case",
                 report);
}

Status FuzzCasePages(const std::string& input) {
  const auto [journal, records] = Split(input, '\f');
  DUALPATH_TRY(const std::string results, WriteCase("", ""));
  const std::string files = results + "/Failover.Deleting";
  DUALPATH_TRY_STATUS(WriteFileAtomically(files + "/records.ndjson", records));
  DUALPATH_TRY_STATUS(WriteFileAtomically(files + "/journal.log", journal));
  DUALPATH_TRY_STATUS(RemoveFile(files + "/trace.json"));
  DUALPATH_TRY_STATUS(results::WriteCasePages(files, "Failover.Deleting"));
  const auto trace = ReadFile(files + "/trace.json");
  return Promise(!trace.ok() || nlohmann::json::accept(*trace), "the trace is JSON",
                 trace.ok() ? *trace : "");
}

}  // namespace

Status FuzzResults(const std::string& input) {
  std::string text = input;
  return TakeChoice(text, 2) == 0 ? FuzzReport(text) : FuzzCasePages(text);
}

}  // namespace dualpath::fuzzing
