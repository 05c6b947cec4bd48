#include "ci/dualpath/run_in_lab.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "ci/dualpath/fio_job.h"
#include "helpers/base/file.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/rig_hint.h"
#include "helpers/lab/saved_snapshot.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/steps.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/progress.h"
#include "helpers/process/shell_words.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
namespace protocol = lab::protocol;
using std::chrono::minutes;
using Clock = std::chrono::steady_clock;

/// Returns the environment variables to forward to the case: gtest's, and some of ours.
std::string ForwardedEnvironment() {
  std::string words;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    const bool forwarded =
        name == "DUALPATH_TIME_SCALE" || name == "DUALPATH_LOG" || name.rfind("GTEST_", 0) == 0;
    if (forwarded && name != "GTEST_OUTPUT") words += " " + process::QuotedForShell(text);
  }
  return words;
}

/// Returns the line that starts the case in a `loaded` snapshot: the words for the case program.
std::string CaseLine(const ExecOptions& options, bool may_request_rig) {
  const auto variable = [](const std::string& name, const std::string& value) {
    return " " + process::QuotedForShell(name + "=" + value);
  };
  std::string line = ForwardedEnvironment();
  if (options.strict) line += variable("DUALPATH_STRICT", "1");
  if (may_request_rig) line += variable(protocol::kPurpose, protocol::kRequestRig);
  if (!options.fio_job.empty()) {
    line +=
        variable(kFioJobVariable, "/payload/data/" + fs::path(options.fio_job).filename().string());
  }
  for (std::size_t i = 1; i < options.command.size(); ++i) {
    line += " " + process::QuotedForShell(options.command[i]);
  }
  return line + " --gtest_output=xml:/run/dualpath/results/gtest.xml";
}

Status Unpack(const std::string& tar, const std::string& directory) {
  // --touch, since the lab's clock still has the date of its snapshot.
  DUALPATH_TRY_STATUS(process::ExecuteChecked(
      {{"tar", "-x", "--touch", "--no-same-owner", "--no-same-permissions", "-C", directory}, tar},
      Deadline::In(minutes(1))));
  return Ok{};
}

/// Prints a case's output, and records the time of gtest's first verdict.
class CaseOutput {
 public:
  explicit CaseOutput(Clock::time_point begun) : begun_(begun) {}

  void Take(const std::string& text) {
    std::cout << text << std::flush;
    if (verdict_seconds_ > 0) return;
    so_far_ += text;
    for (const char* verdict : {"[       OK ]", "[  FAILED  ]", "[  SKIPPED ]"}) {
      if (so_far_.find(verdict) == std::string::npos) continue;
      verdict_seconds_ = process::SecondsSince(begun_);
      so_far_.clear();
    }
  }

  double verdict_seconds() const { return verdict_seconds_; }

 private:
  Clock::time_point begun_;
  std::string so_far_;
  double verdict_seconds_ = 0;
};

/// A case's VM, and the last line that it wrote to the control port.
struct LabRun {
  lab::Restored restored;
  Result<std::string> answer;
  double verdict_seconds;
};

class CaseInLab {
 public:
  CaseInLab(const ExecOptions& options, std::string name, const lab::Cache& cache,
            const lab::Image& image)
      : options_(options),
        name_(std::move(name)),
        cache_(cache),
        image_(image),
        hint_(cache, name_) {}

  /// Runs the case on the rig that it requested last time. If it requests another rig now, runs it
  /// again on that rig.
  Result<LabRun> Run() const {
    std::optional<std::string> requested;
    {
      DUALPATH_TRY(LabRun run, RunOn(hint_.Get(), true));
      if (run.answer.ok()) requested = protocol::ParseRig(*run.answer);
      if (!requested) return run;
    }  // stops the first VM
    DUALPATH_TRY_STATUS(hint_.Set(*requested));
    return RunOn(*requested, false);
  }

 private:
  Result<LabRun> RunOn(const std::string& rig, bool may_request_rig) const {
    DUALPATH_TRY(lab::Payload payload, MakePayload());
    auto restored = Restore(std::move(payload), rig, may_request_rig);
    if (!restored.ok() && !rig.empty()) {
      // On the default rig, the case tries to bring up its rig itself, and reports why that fails.
      spdlog::warn(
          "{}: cannot build a snapshot with the requested rig; running on the default rig: "
          "{}",
          name_, restored.error().ToString());
      DUALPATH_TRY_STATUS(hint_.Set(""));
      DUALPATH_TRY(lab::Payload again, MakePayload());
      restored = Restore(std::move(again), "", false);
    }
    if (!restored.ok()) return restored.error();
    return AwaitEnd(std::move(*restored));
  }

  Result<lab::Payload> MakePayload() const {
    std::vector<std::string> data;
    if (!options_.fio_job.empty()) data.push_back(options_.fio_job);
    return lab::MakePayload(cache_, {options_.command[0], process::GuestAgent()}, data);
  }

  Result<lab::Restored> Restore(lab::Payload payload, const std::string& rig,
                                bool may_request_rig) const {
    const std::vector<std::string> arguments(options_.command.begin() + 1, options_.command.end());
    const std::string payload_image = payload.image;
    DUALPATH_TRY(const lab::Steps steps,
                 lab::ProgramSteps(cache_, std::move(payload), {rig, arguments}));
    return lab::RestoreSnapshot(cache_, image_, steps,
                                {payload_image, CaseLine(options_, may_request_rig),
                                 lab::Pace::kVirtual, options_.keep_snapshot});
  }

  LabRun AwaitEnd(lab::Restored restored) const {
    CaseOutput output(restored.begun);
    const Deadline deadline = Deadline::In(options_.timeout);
    auto answer =
        restored.vm.ReadLine([&](const std::string& text) { output.Take(text); }, deadline);
    if (!answer.ok() && deadline.Expired()) {
      answer = answer.error().While(
          fmt::format("no verdict within {} s (--timeout)", options_.timeout.count()));
    }
    return LabRun{std::move(restored), std::move(answer), output.verdict_seconds()};
  }

  const ExecOptions& options_;
  std::string name_;
  const lab::Cache& cache_;
  const lab::Image& image_;
  lab::RigHint hint_;
};

/// Unpacks the results of a completed case into `directory`.
Result<CaseEnd> TakeResults(LabRun& run, const std::string& directory) {
  if (!run.answer.ok()) return run.answer.error();
  const auto exit = protocol::ParseCaseExit(*run.answer);
  if (!exit) return Error::Because("run the case", "in the lab", *run.answer);
  DUALPATH_TRY(const std::string tar,
               run.restored.vm.ReadResults(exit->bytes, Deadline::In(minutes(1))));
  DUALPATH_TRY_STATUS(Unpack(tar, directory));
  CaseEnd end;
  end.code = exit->code;
  end.virtual_seconds = exit->ended_seconds - exit->begun_seconds;
  end.restore_seconds = run.restored.seconds;
  end.verdict_seconds = run.verdict_seconds;
  return end;
}

void KeepLogs(const lab::Vm& vm, const std::string& directory) {
  WarnIfFailed(WriteFileAtomically(directory + "/console.log", vm.ConsoleLog()));
  WarnIfFailed(WriteFileAtomically(directory + "/qemu.log", vm.QemuLog()));
}

}  // namespace

Result<CaseEnd> RunInLab(const ExecOptions& options, const std::string& name,
                         const std::string& directory) {
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(const lab::Image image, lab::GetImage(cache, options.stack, options.accelerator));
  DUALPATH_TRY(LabRun run, CaseInLab(options, name, cache, image).Run());
  lab::Vm& vm = run.restored.vm;
  auto end = TakeResults(run, directory);
  if (!end.ok()) process::StopIfEnding();
  if (!end.ok() || end->code != 0) KeepLogs(vm, directory);
  if (options.keep_snapshot && end.ok() && end->code != 0) {
    WarnIfFailed(lab::SaveSnapshot(vm, image, lab::SnapshotOfCase(directory)));
  }
  if (end.ok()) end->real_seconds = process::SecondsSince(run.restored.begun);
  return end;
}

}  // namespace dualpath::cli
