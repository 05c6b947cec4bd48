#include "ci/dualpath/exec.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ci/dualpath/case_end.h"
#include "ci/dualpath/fio_job.h"
#include "ci/dualpath/list_tests.h"
#include "ci/dualpath/run_in_lab.h"
#include "ci/dualpath/run_on_host.h"
#include "ci/results/case_pages.h"
#include "ci/results/judge.h"
#include "ci/results/results.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/own_programs.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;

Status WriteTiming(const CaseEnd& end, const std::string& directory) {
  const nlohmann::json timing = {{"real_seconds", end.real_seconds},
                                 {"virtual_seconds", end.virtual_seconds},
                                 {"restore_seconds", end.restore_seconds},
                                 {"verdict_seconds", end.verdict_seconds}};
  return WriteFileAtomically(directory + "/timing.json", timing.dump() + "\n");
}

/// Writes the case's pages. Done here instead of in the lab, whose CPU is emulated.
void WritePages(int code, const std::string& name, const std::string& directory) {
  const std::string verdict = code == kAllPassed    ? "passed"
                              : code == kNothingRan ? "skipped"
                                                    : "failed";
  WarnIfFailed(results::WriteCasePages(directory, name + ": " + verdict));
}

Result<int> RunAndJudge(const ExecOptions& options, const std::string& name,
                        const std::string& directory) {
  DUALPATH_TRY(const CaseEnd end, options.place == host::Place::kLab
                                      ? RunInLab(options, name, directory)
                                      : RunOnHost(options, directory));
  DUALPATH_TRY_STATUS(WriteTiming(end, directory));
  DUALPATH_TRY(const int code,
               results::Judge({name, directory, end.code, options.strict}, std::cerr));
  WritePages(code, name, directory);
  spdlog::info("{}: exit {}, {:.1f} s real, {:.1f} s on the case's clock", name, code,
               end.real_seconds, end.virtual_seconds);
  return code;
}

Result<int> RunWithResults(const ExecOptions& options) {
  const std::string results =
      fs::absolute(options.results.empty() ? process::DefaultResults() : options.results)
          .lexically_normal()
          .string();
  const std::string name = results::ResultsName(
      options.command[0], {options.command.begin() + 1, options.command.end()});
  const std::string directory = results + "/" + name;
  std::error_code ec;
  fs::remove_all(directory, ec);
  fs::create_directories(directory, ec);
  if (ec) return Error::FromErrno("create the results directory", directory, ec.value());
  Result<int> code = RunAndJudge(options, name, directory);
  if (code.ok()) {
    DUALPATH_TRY_STATUS(results::MergeJunit(results));
    return code;
  }
  process::StopIfEnding();
  // A case without a report would look as if it had not been selected.
  fs::remove(directory + "/gtest.xml", ec);
  WarnIfFailed(results::WriteFailureXml(directory + "/gtest.xml", name,
                                        "infrastructure: " + code.error().ToString()));
  WarnIfFailed(results::MergeJunit(results));
  return code;
}

int Fail(const Error& error, int code) {
  process::StopIfEnding();
  std::cerr << "dualpath: " << error.ToString() << "\n";
  return code;
}

}  // namespace

int Exec(const ExecOptions& requested) {
  ExecOptions options = requested;
  if (!options.fio_job.empty()) {
    const Status checked = CheckFioJob(options.fio_job);
    if (!checked.ok()) return Fail(checked.error(), kUsage);
    options.command = SoakCommand(process::OwnDirectory());
  }
  if (::access(options.command[0].c_str(), X_OK) != 0) {
    return Fail(Error::FromErrno("run the case program", options.command[0], errno), kUsage);
  }
  // ctest discovers the cases through `dualpath exec`, which needs no lab for that.
  if (ListsTests(options.command)) return Fail(ReplaceProcess(options.command), kInfrastructure);
  const Result<int> code = RunWithResults(options);
  return code.ok() ? *code : Fail(code.error(), kInfrastructure);
}

}  // namespace dualpath::cli
