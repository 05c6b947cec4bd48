#include "ci/bench/bench_lab.h"

#include <spdlog/fmt/fmt.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/base/text.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/qemu.h"
#include "helpers/lab/steps.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::bench {
namespace {

using nlohmann::json;
using std::chrono::minutes;
using Clock = std::chrono::steady_clock;

constexpr minutes kLongestBoot{5};
constexpr minutes kLongestCase{10};
constexpr minutes kLongestSet{30};

constexpr char kScripts[] = DUALPATH_LAB_RECIPES "/bench";

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Returns the CPU time of this process and of all descendants that have been waited for.
double CpuSecondsSoFar() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage = {};
    ::getrusage(who, &usage);
    sum += Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  return sum;
}

/// Runs a command and returns its duration. If it fails, the `Error` contains its output.
Result<double> WallTimeOf(const process::Command& command, Deadline deadline) {
  const auto begun = Clock::now();
  DUALPATH_TRY(const process::Output output, process::Execute(command, deadline));
  const double seconds = process::SecondsSince(begun);
  if (output.exit.ok()) return seconds;
  return Error::Because("measure", command.ToString(),
                        output.exit.ToString() + "; output: " + Tail(output.out + output.err));
}

}  // namespace

std::string CaseProgram() { return process::OwnDirectory() + "/dualpath_cases"; }

Result<Elapsed> BenchVm::Run(const std::string& line, lab::Limit limit) {
  std::string output;
  const auto begun = Clock::now();
  DUALPATH_TRY(const std::string answer,
               vm_.Request(
                   "begun=${EPOCHREALTIME/./}; { " + line +
                       "; } </dev/null >/dev/virtio-ports/dualpath.output 2>&1; "
                       "echo \"$? $((${EPOCHREALTIME/./} - begun))\" >&3",
                   [&](const std::string& text) { output += text; }, limit));
  const double real_seconds = process::SecondsSince(begun);
  std::istringstream words(answer);
  int code = 0;
  double microseconds = 0;
  if (!(words >> code >> microseconds) || code != 0) {
    return Error::Because("run in the lab", line,
                          "ended with \"" + answer + "\"; output: " + Tail(output));
  }
  return Elapsed{real_seconds, microseconds / 1e6};
}

Status BenchVm::AwaitCase(lab::Limit limit) {
  std::string output;
  DUALPATH_TRY(const std::string answer,
               vm_.ReadLine([&](const std::string& text) { output += text; }, limit));
  if (lab::protocol::ParseExitCode(answer) == 0) return Ok{};
  return Error::Because("run a case", "in the lab",
                        "ended with \"" + answer + "\"; output: " + Tail(output));
}

Result<BenchLab> BenchLab::Open(const std::string& stack, const lab::Own& own) {
  DUALPATH_TRY(lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(lab::Image image, lab::GetImage(cache, stack, lab::Accelerator::kTcg, own));
  return BenchLab(stack, std::move(cache), std::move(image));
}

std::string BenchLab::Qemu() const {
  const auto version = lab::QemuVersion(image_.qemu());
  return version.ok() ? *version : "";
}

Status BenchLab::WarmUp() const {
  DUALPATH_TRY_STATUS(Restore());
  return Ok{};
}

Result<lab::Payload> BenchLab::PayloadOf(const std::vector<std::string>& programs) const {
  std::vector<std::string> files = {process::GuestAgent()};
  for (const std::string& program : programs)
    files.push_back(process::OwnDirectory() + "/" + program);
  return lab::MakePayload(cache_, files, lab::FilesIn(kScripts));
}

Result<BenchVm> BenchLab::RestoreTo(const lab::Steps& steps, lab::Payload payload,
                                    const std::string& begin) const {
  DUALPATH_TRY(lab::Restored restored,
               lab::RestoreSnapshot(cache_, image_, steps, {payload.image, begin}));
  BenchVm vm(std::move(payload), std::move(restored.vm), restored.seconds);
  vm.snapshot_ = std::move(restored.snapshot);
  return vm;
}

Result<BenchVm> BenchLab::Restore() const {
  DUALPATH_TRY(lab::Payload payload, PayloadOf({}));
  DUALPATH_TRY(const lab::Steps steps, lab::RigSteps(cache_));
  return RestoreTo(steps, std::move(payload), lab::protocol::Echo(lab::protocol::kBegun));
}

Result<BenchVm> BenchLab::RestoreWith(const std::vector<std::string>& programs) const {
  DUALPATH_TRY(lab::Payload payload, PayloadOf(programs));
  DUALPATH_TRY(const lab::Steps steps, lab::RigSteps(cache_));
  return RestoreTo(steps, std::move(payload),
                   lab::LoadPayloadAnd(lab::protocol::Echo(lab::protocol::kBegun)));
}

Result<BenchVm> BenchLab::BeginCase(const std::string& test) const {
  const std::vector<std::string> files = {CaseProgram(), process::GuestAgent()};
  DUALPATH_TRY(lab::Payload loaded, lab::MakePayload(cache_, files));
  DUALPATH_TRY(lab::Payload payload, lab::MakePayload(cache_, files));
  DUALPATH_TRY(const lab::Steps steps, lab::ProgramSteps(cache_, std::move(loaded)));
  return RestoreTo(
      steps, std::move(payload),
      "--gtest_filter=" + test + " --gtest_output=xml:/run/dualpath/results/gtest.xml");
}

Result<BenchVm> BenchLab::Boot() const {
  DUALPATH_TRY(lab::Payload payload, PayloadOf({"dualpath-rig"}));
  lab::Vm::Options options;
  options.shape = lab::ShapeOf(image_);
  options.disk = image_.disk();
  options.payload = payload.image;
  options.owns_ram = true;
  const auto begun = Clock::now();
  DUALPATH_TRY(lab::Vm vm, lab::Vm::Start(options));
  DUALPATH_TRY_STATUS(vm.ReadLine([](const std::string&) {}, lab::Limit{kLongestBoot}));
  return BenchVm(std::move(payload), std::move(vm), process::SecondsSince(begun));
}

Result<ExecElapsed> BenchLab::Exec(const std::string& test) const {
  DUALPATH_TRY(const TemporaryDirectory results, TemporaryDirectory::Create());
  process::Command command;
  command.argv = {process::OwnDirectory() + "/dualpath",
                  "exec",
                  "--place",
                  "lab",
                  "--stack",
                  stack_,
                  "--accel",
                  "tcg",
                  "--results",
                  results.path(),
                  "--strict",
                  "--",
                  CaseProgram(),
                  "--gtest_filter=" + test};
  const double cpu_before = CpuSecondsSoFar();
  ExecElapsed took;
  DUALPATH_TRY(took.wall_seconds, WallTimeOf(command, Deadline::In(kLongestCase)));
  took.cpu_seconds = CpuSecondsSoFar() - cpu_before;

  const std::string file = results.path() + "/" + test + "/timing.json";
  DUALPATH_TRY(const std::string text, ReadFile(file));
  const json timing = json::parse(text, nullptr, false);
  if (!timing.is_object())
    return Error::Because("read the times of a case", file, "not a JSON object");
  took.real_seconds = timing.value("real_seconds", 0.0);
  const auto verdict = timing.find("verdict_seconds");
  if (verdict != timing.end() && verdict->is_number() && *verdict > 0) {
    took.verdict_seconds = verdict->get<double>();
  }
  return took;
}

Result<double> BenchLab::Ctest(const std::vector<std::string>& arguments) const {
  DUALPATH_TRY(const TemporaryDirectory results, TemporaryDirectory::Create());
  process::Command command;
  command.argv = {"ctest"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.working_directory = process::OwnDirectory() + "/..";
  command.environment = {
      {"DUALPATH_RESULTS", results.path()}, {"DUALPATH_STACK", stack_}, {"DUALPATH_ACCEL", "tcg"}};
  return WallTimeOf(command, Deadline::In(kLongestSet));
}

}  // namespace dualpath::bench
