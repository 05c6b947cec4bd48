#include "ci/dualpath/exec.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ci/dualpath/case_end.h"
#include "ci/dualpath/fio_job.h"
#include "ci/dualpath/gtest_variables.h"
#include "ci/dualpath/list_tests.h"
#include "ci/dualpath/own_options.h"
#include "ci/dualpath/run_in_lab.h"
#include "ci/dualpath/run_on_host.h"
#include "ci/results/case_pages.h"
#include "ci/results/judge.h"
#include "ci/results/results.h"
#include "ci/results/run_id.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/file_lock.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/progress.h"

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

Result<int> RunAndJudge(const ExecOptions& options, const std::string& test,
                        const std::string& directory) {
  const bool in_lab = options.place == host::Place::kLab;
  const bool is_one_test =
      results::SelectsOneTest({options.command.begin() + 1, options.command.end()});
  DUALPATH_TRY(const CaseEnd end, in_lab
                                      ? RunInLab(options, results::DirectoryName(test), directory)
                                      : RunOnHost(options, directory));
  DUALPATH_TRY_STATUS(WriteTiming(end, directory));
  DUALPATH_TRY(
      const int code,
      results::Judge({test, directory, end.code, in_lab, options.strict, is_one_test}, std::cerr));
  WritePages(code, test, directory);
  spdlog::info("{}: exit {}, {:.1f} s real, {:.1f} s on the case's clock", test, code,
               end.real_seconds, end.virtual_seconds);
  return code;
}

/// Returns the id of the run to which this case belongs.
Result<std::string> RunId(const ExecOptions& options) {
  return results::RunIdOf(options.is_of_parents_run ? ::getppid() : ::getpid());
}

/// Waits for another run of the same case: each run begins by removing the case's directory.
Result<FileLock> LockCase(const std::string& test, const std::string& lock) {
  auto taken = FileLock::TryAcquire(lock, FileLock::Mode::kExclusive);
  if (taken.ok()) return taken;
  const process::Stage stage("wait for another run of " + test);
  constexpr std::chrono::hours kLongestRun{24};
  return FileLock::Acquire(lock, FileLock::Mode::kExclusive, Deadline::In(kLongestRun));
}

Result<int> RunWithResults(const ExecOptions& options) {
  const std::string results =
      fs::absolute(options.results.empty() ? process::DefaultResults() : options.results)
          .lexically_normal()
          .string();
  const std::string test = results::SelectedTest(
      options.command[0], {options.command.begin() + 1, options.command.end()});
  const std::string name = results::DirectoryName(test);
  const std::string directory = results + "/" + name;
  const std::string report = directory + "/gtest.xml";
  DUALPATH_TRY(const std::string run, RunId(options));
  std::error_code ec;
  fs::create_directories(results, ec);
  const std::string lock_file = results + "/." + name + ".lock";
  DUALPATH_TRY(const FileLock lock, LockCase(test, lock_file));
  DUALPATH_TRY_STATUS(results::BeginCase(results, directory, run));
  // If this process is killed, the case must not look as if it had not been selected.
  DUALPATH_TRY_STATUS(results::WriteNoVerdictXml(report, test, results::kNoVerdictYet));
  DUALPATH_TRY_STATUS(results::MergeJunit(results));
  Result<int> code = RunAndJudge(options, test, directory);
  if (!code.ok()) {
    process::StopIfEnding();
    WarnIfFailed(results::WriteNoVerdictXml(report, test, code.error().ToString()));
  }
  // What the case has brought must not put it into another run.
  DUALPATH_TRY_STATUS(results::MarkCase(directory, run));
  DUALPATH_TRY_STATUS(results::MergeJunit(results));
  fs::remove(lock_file, ec);
  return code;
}

int Fail(const Error& error, int code) {
  process::StopIfEnding();
  std::cerr << "dualpath: " << error.ToString() << "\n";
  return code;
}

/// Says how long the fio job takes, and allows it that time.
Status PlanFio(ExecOptions& options) {
  DUALPATH_TRY(const std::string job, ReadFile(options.fio_job));
  std::string text;
  DUALPATH_TRY_STATUS(PlanFioJob(job, options.timeout_is_given, options.timeout, text));
  spdlog::info("{}", text);
  return Ok{};
}

}  // namespace

int Exec(const ExecOptions& requested) {
  ForgetGtestVariables();
  ExecOptions options = requested;
  if (!options.fio_job.empty()) {
    const Status checked = CheckFioJob(options.fio_job);
    if (!checked.ok()) return Fail(checked.error(), kUsage);
    if (options.place == host::Place::kLab && options.accelerator == lab::Accelerator::kTcg) {
      const Status planned = PlanFio(options);
      if (!planned.ok()) return Fail(planned.error(), kUsage);
    }
    options.command = SoakCommand(process::OwnDirectory());
  }
  if (::access(options.command[0].c_str(), X_OK) != 0) {
    return Fail(Error::FromErrno("run the case program", options.command[0], errno), kUsage);
  }
  // ctest discovers the cases through `dualpath exec`, which needs no lab for that.
  if (ListsTests(options.command)) return Fail(ReplaceProcess(options.command), kInfrastructure);
  if (options.place == host::Place::kHost && !options.own.empty()) {
    return Fail(Error::Because("run on this machine", "--place host",
                               "--kernel, --overlay and --append (DUALPATH_KERNEL, "
                               "DUALPATH_OVERLAY, DUALPATH_APPEND) are for the lab; this machine "
                               "runs what is installed"),
                kUsage);
  }
  if (!AcceptOwn(options.own, "dualpath")) return kUsage;
  // The case reads it too, but not before its VM is there.
  const Result<double> scale = host::RequestedTimeScale();
  if (!scale.ok()) return Fail(scale.error(), kUsage);
  const Result<int> code = RunWithResults(options);
  return code.ok() ? *code : Fail(code.error(), kInfrastructure);
}

}  // namespace dualpath::cli
