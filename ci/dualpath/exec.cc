#include "ci/dualpath/exec.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ci/dualpath/fio_job.h"
#include "ci/results/case_pages.h"
#include "ci/results/judge.h"
#include "ci/results/results.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/park.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/restore.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/progress.h"
#include "helpers/process/shell_words.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

// Where the soak case (cases/soak.cc) looks for a job other than its own.
constexpr char kFioJobVariable[] = "DUALPATH_FIO_JOB";

// What fixtures/lab_gate.cc says instead of running the case.
constexpr char kAsksForRig[] = "rig ";

constexpr char kLoadPayload[] = "/usr/lib/dualpath/load-payload && echo begun >&3";

/// How a case program ended, wherever it ran.
struct Ended {
  int code = 0;                ///< as a shell has it: 128 + n for signal n
  double real_seconds = 0;     ///< of the case alone
  double virtual_seconds = 0;  ///< the same, by the clock that the case saw
  double restore_seconds = 0;  ///< from starting QEMU to the point where the case can begin
  double verdict_seconds = 0;  ///< from starting QEMU to the program's first verdict; 0: none
};

/// gtest's and our own variables mean the same to the case as they would here.
std::string ForwardedEnvironment() {
  std::string words;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    const bool ours =
        name == "DUALPATH_TIME_SCALE" || name == "DUALPATH_LOG" || name.rfind("GTEST_", 0) == 0;
    if (ours && name != "GTEST_OUTPUT") words += " " + process::QuotedForShell(text);
  }
  return words;
}

Status Unpack(const std::string& tar, const std::string& directory) {
  // With the time of now: the lab's clock is that of the day on which its state was saved.
  DUALPATH_TRY_STATUS(process::ExecuteChecked(
      {{"tar", "-x", "--touch", "--no-same-owner", "--no-same-permissions", "-C", directory}, tar},
      Deadline::In(minutes(1))));
  return Ok{};
}

/// Of what a verdict does not depend on.
template <typename T>
void WarnIf(const Result<T>& failed) {
  if (!failed.ok()) spdlog::warn("{}", failed.error().ToString());
}

void KeepLogs(const lab::Vm& vm, const std::string& directory) {
  const Status console = WriteFileAtomically(directory + "/console.log", vm.ConsoleLog());
  const Status qemu = WriteFileAtomically(directory + "/qemu.log", vm.QemuLog());
  if (!console.ok() || !qemu.ok())
    spdlog::warn("the lab's logs could not be kept in {}", directory);
}

std::vector<std::string> DataOf(const ExecOptions& options) {
  if (options.fio_job.empty()) return {};
  return {options.fio_job};
}

Result<lab::Payload> PayloadOf(const lab::Cache& cache, const ExecOptions& options) {
  return lab::MakePayload(cache, {options.command[0], lab::GuestAgent()}, DataOf(options));
}

/// The environment and arguments of the case program, as words for a shell.
std::string Words(const ExecOptions& options, bool asks_for_rig) {
  std::string words = ForwardedEnvironment();
  if (options.strict) words += " DUALPATH_STRICT=1";
  if (asks_for_rig) words += " DUALPATH_RIG=ask";
  if (!options.fio_job.empty()) {
    words += " " + process::QuotedForShell(std::string(kFioJobVariable) + "=/payload/data/" +
                                           fs::path(options.fio_job).filename().string());
  }
  return words;
}

std::string Arguments(const ExecOptions& options) {
  std::string words;
  for (std::size_t i = 1; i < options.command.size(); ++i) {
    words += " " + process::QuotedForShell(options.command[i]);
  }
  return words;
}

/// What a case says while it runs, and when it first said how a test of it ended.
class CaseOutput {
 public:
  explicit CaseOutput(Clock::time_point begun) : begun_(begun) {}

  void Take(const std::string& text) {
    std::cout << text << std::flush;
    if (verdict_seconds_ > 0) return;
    said_ += text;
    for (const char* verdict : {"[       OK ]", "[  FAILED  ]", "[  SKIPPED ]"}) {
      if (said_.find(verdict) == std::string::npos) continue;
      verdict_seconds_ = process::SecondsSince(begun_);
      said_.clear();
    }
  }

  double verdict_seconds() const { return verdict_seconds_; }

 private:
  Clock::time_point begun_;
  std::string said_;
  double verdict_seconds_ = 0;
};

/// What `answer`, as the script `report` says it, means, with the results in `directory`.
Result<Ended> TakeResults(const lab::Restored& restored, lab::Vm& vm, const std::string& answer,
                          const std::string& directory) {
  std::istringstream words(answer);
  std::string marker;
  Ended ended;
  std::size_t bytes = 0;
  double virtual_begun = 0;
  double virtual_ended = 0;
  if (!(words >> marker >> ended.code >> bytes >> virtual_begun >> virtual_ended) ||
      marker != "exit") {
    return Error::Because("run a case", "in the lab", "it ended with \"" + answer + "\"");
  }
  ended.virtual_seconds = virtual_ended - virtual_begun;
  DUALPATH_TRY(const std::string tar, vm.ReadResults(bytes, Deadline::In(minutes(1))));
  DUALPATH_TRY_STATUS(Unpack(tar, directory));
  ended.restore_seconds = restored.seconds;
  return ended;
}

/// A VM in which the case can be run, and how it ended there.
struct Run {
  lab::Restored restored;
  Result<std::string> answer;
  double verdict_seconds;
};

Run Listen(lab::Restored restored, const ExecOptions& options) {
  CaseOutput output(restored.begun);
  const Deadline deadline = Deadline::In(options.timeout);
  auto answer = restored.vm.Listen([&](const std::string& text) { output.Take(text); }, deadline);
  if (!answer.ok() && deadline.Expired()) {
    answer = answer.error().While(
        fmt::format("run for {} s (--timeout) without a verdict", options.timeout.count()));
  }
  return Run{std::move(restored), std::move(answer), output.verdict_seconds()};
}

/// Any program that reports as gtest does.
Result<Run> RunAnyProgram(const lab::Cache& cache, const lab::Image& image,
                          const ExecOptions& options, const lab::Payload& payload) {
  DUALPATH_TRY(const lab::Steps steps, lab::UpToTheRig(cache));
  DUALPATH_TRY(
      lab::Restored restored,
      lab::RestoreState(cache, image, steps,
                        {payload.image, kLoadPayload, lab::Pace::kVirtual, options.keep_state}));
  const std::string program =
      process::QuotedForShell(fs::path(options.command[0]).filename().string());
  DUALPATH_TRY_STATUS(restored.vm.Tell("env" + Words(options, false) + " /payload/run-case " +
                                       std::to_string(lab::kVirtualLimit.count()) + " " + program +
                                       Arguments(options)));
  return Listen(std::move(restored), options);
}

/// A program of ours, which waits in a saved state of its own, with the rig that the case wants up
/// if it is known which that is.
Result<Run> RunParkedProgram(const lab::Cache& cache, const lab::Image& image,
                             const ExecOptions& options, const std::string& name,
                             lab::Payload first_payload) {
  const std::vector<std::string> arguments(options.command.begin() + 1, options.command.end());
  const lab::RigHint hint(cache, name);
  std::string rig = hint.Get();
  Result<lab::Payload> payload = std::move(first_payload);
  for (bool asks = true;; asks = false, payload = PayloadOf(cache, options)) {
    if (!payload.ok()) return payload.error();
    const std::string image_file = payload->image;
    DUALPATH_TRY(const lab::Steps steps,
                 lab::UpToParked(cache, std::move(*payload), {rig, arguments}));
    const std::string line = Words(options, asks) + Arguments(options) +
                             " --gtest_output=xml:/run/dualpath/results/gtest.xml";
    auto restored = lab::RestoreState(cache, image, steps,
                                      {image_file, line, lab::Pace::kVirtual, options.keep_state});
    if (!restored.ok() && !rig.empty()) {
      // The case itself says best what is wrong with its rig.
      spdlog::warn("a rig of its own for {} cannot be saved: {}", name,
                   restored.error().ToString());
      DUALPATH_TRY_STATUS(hint.Set(""));
      rig.clear();
      continue;
    }
    if (!restored.ok()) return restored.error();
    Run run = Listen(std::move(*restored), options);
    const bool asked = asks && run.answer.ok() && run.answer->rfind(kAsksForRig, 0) == 0;
    if (!asked) return run;
    rig = run.answer->substr(std::string(kAsksForRig).size());
    DUALPATH_TRY_STATUS(hint.Set(rig));
  }
}

Result<Ended> RunInLab(const ExecOptions& options, const std::string& name,
                       const std::string& directory) {
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(const lab::Image image, lab::GetImage(cache, options.stack, options.accelerator));
  DUALPATH_TRY(lab::Payload payload, PayloadOf(cache, options));
  const bool parks = payload.parks;
  DUALPATH_TRY(Run run, parks ? RunParkedProgram(cache, image, options, name, std::move(payload))
                              : RunAnyProgram(cache, image, options, payload));
  lab::Vm& vm = run.restored.vm;
  auto ended = run.answer.ok() ? TakeResults(run.restored, vm, *run.answer, directory)
                               : Result<Ended>(run.answer.error());
  if (!ended.ok()) process::StopIfEnding();
  if (!ended.ok() || ended->code != 0) KeepLogs(vm, directory);
  if (options.keep_state && ended.ok() && ended->code != 0) {
    WarnIf(lab::Keep(vm, image, lab::KeptByCase(directory)));
  }
  if (ended.ok()) {
    ended->real_seconds = process::SecondsSince(run.restored.begun);
    ended->verdict_seconds = run.verdict_seconds;
  }
  return ended;
}

Result<Ended> RunOnHost(const ExecOptions& options, const std::string& directory) {
  process::Command command;
  command.argv = options.command;
  command.argv.push_back("--gtest_output=xml:" + directory + "/gtest.xml");
  command.environment = {{"DUALPATH_PLACE", "host"},
                         {"DUALPATH_GUEST_AGENT", lab::GuestAgent()},
                         {"DUALPATH_RESULTS", directory}};
  if (options.strict) command.environment["DUALPATH_STRICT"] = "1";
  if (!options.fio_job.empty()) {
    command.environment[kFioJobVariable] = fs::absolute(options.fio_job).string();
  }
  const auto begun = Clock::now();
  DUALPATH_TRY(process::Background child, process::Background::Start(command, {}));
  const Result<process::Exit> exit = child.Wait(Deadline::In(options.timeout));
  const double took = process::SecondsSince(begun);
  child.Kill();
  if (!exit.ok() || !exit->ok()) {
    WarnIf(process::ExecuteChecked({{DUALPATH_LAB_RECIPES "/payload/collect", directory}},
                                   Deadline::In(minutes(5))));
  }
  if (!exit.ok()) return exit.error();
  Ended ended;
  ended.code = exit->signal == 0 ? exit->code : 128 + exit->signal;
  ended.real_seconds = ended.virtual_seconds = took;
  return ended;
}

Status KeepTiming(const Ended& ended, const std::string& directory) {
  const nlohmann::json timing = {{"real_seconds", ended.real_seconds},
                                 {"virtual_seconds", ended.virtual_seconds},
                                 {"restore_seconds", ended.restore_seconds},
                                 {"verdict_seconds", ended.verdict_seconds}};
  return WriteFileAtomically(directory + "/timing.json", timing.dump() + "\n");
}

/// The page to look at, made here: the lab's CPU is an emulated one. A case's verdict does not
/// depend on it.
void WriteTimeline(int code, const std::string& name, const std::string& directory) {
  const std::string verdict = code == kAllPassed    ? "passed"
                              : code == kNothingRan ? "skipped"
                                                    : "failed";
  const Status written = results::WriteCasePages(directory, name + ": " + verdict);
  if (!written.ok()) spdlog::warn("{}: no timeline: {}", name, written.error().ToString());
}

Result<int> RunAndJudge(const ExecOptions& options) {
  const std::string& program = options.command[0];
  const std::string results =
      fs::absolute(options.results.empty() ? lab::DefaultResults() : options.results)
          .lexically_normal()
          .string();
  const std::string name =
      results::ResultsName(program, {options.command.begin() + 1, options.command.end()});
  const std::string directory = results + "/" + name;
  std::error_code ec;
  fs::remove_all(directory, ec);
  fs::create_directories(directory, ec);
  if (ec) return Error::FromErrno("create the results directory", directory, ec.value());

  const auto run_and_judge = [&]() -> Result<int> {
    DUALPATH_TRY(const Ended ended, options.place == "lab" ? RunInLab(options, name, directory)
                                                           : RunOnHost(options, directory));
    DUALPATH_TRY_STATUS(KeepTiming(ended, directory));
    DUALPATH_TRY(const int code,
                 results::Judge({name, directory, ended.code, options.strict}, std::cerr));
    WriteTimeline(code, name, directory);
    spdlog::info("{}: exit {}, {:.1f} s real, {:.1f} s on the case's clock", name, code,
                 ended.real_seconds, ended.virtual_seconds);
    return code;
  };
  Result<int> code = run_and_judge();
  if (code.ok()) {
    DUALPATH_TRY_STATUS(results::MergeJunit(results));
    return code;
  }
  process::StopIfEnding();
  // A case that is missing in the reports looks as if nobody had asked for it; and what the case
  // itself reported, if it came to that, is no verdict.
  fs::remove(directory + "/gtest.xml", ec);
  WarnIf(results::WriteFailureXml(directory + "/gtest.xml", name,
                                  "infrastructure: " + code.error().ToString()));
  WarnIf(results::MergeJunit(results));
  return code;
}

int Report(const Result<int>& outcome) {
  if (outcome.ok()) return *outcome;
  process::StopIfEnding();
  std::cerr << "dualpath: " << outcome.error().ToString() << "\n";
  return kInfrastructure;
}

}  // namespace

int Exec(const ExecOptions& asked) {
  ExecOptions options = asked;
  if (!options.fio_job.empty()) {
    const Status checked = CheckFioJob(options.fio_job);
    if (!checked.ok()) {
      Report(checked.error());
      return kUsage;
    }
    options.command = SoakCommand(lab::OwnDirectory());
  }
  if (::access(options.command[0].c_str(), X_OK) != 0) {
    Report(Error::FromErrno("run the case program", options.command[0], errno));
    return kUsage;
  }
  for (const std::string& argument : options.command) {
    // ctest's discovery runs the program through us; listing needs no lab.
    if (argument.rfind("--gtest_list_tests", 0) != 0) continue;
    std::vector<char*> argv;
    argv.reserve(options.command.size() + 1);
    for (const std::string& word : options.command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    return Report(Error::FromErrno("list the tests of", options.command[0], errno));
  }
  return Report(RunAndJudge(options));
}

int Prepare(const PrepareOptions& options) {
  const auto prepare = [&]() -> Result<int> {
    DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
    DUALPATH_TRY(const lab::Image image, lab::GetImage(cache, options.stack, options.accelerator));
    const auto make = [&](const lab::Steps& steps) -> Status {
      DUALPATH_TRY(const lab::State state, GetState(cache, image, steps));
      spdlog::info("ready: {}", state.entry.directory());
      return Ok{};
    };
    if (options.boot_only) {
      DUALPATH_TRY_STATUS(make(lab::UpToBoot()));
      return int{kAllPassed};
    }
    DUALPATH_TRY(const lab::Steps rig, lab::UpToTheRig(cache));
    DUALPATH_TRY_STATUS(make(rig));
    for (const std::string& program : options.programs) {
      DUALPATH_TRY(lab::Payload payload, lab::MakePayload(cache, {program, lab::GuestAgent()}));
      if (!payload.parks) continue;
      DUALPATH_TRY(const lab::Steps parked, lab::UpToParked(cache, std::move(payload)));
      DUALPATH_TRY_STATUS(make(parked));
    }
    return int{kAllPassed};
  };
  return Report(prepare());
}

}  // namespace dualpath::cli
