#include "ci/dualpath/case_in_lab.h"

#include <spdlog/spdlog.h>

#include <iostream>
#include <optional>
#include <utility>

#include "ci/dualpath/case_line.h"
#include "ci/dualpath/verdict_finder.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/steps.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/progress.h"

namespace dualpath::cli {
namespace {

namespace protocol = lab::protocol;
using Clock = std::chrono::steady_clock;

/// Prints a case's output, and records the time of gtest's first verdict.
class CaseOutput {
 public:
  explicit CaseOutput(Clock::time_point begun) : begun_(begun) {}

  void Take(const std::string& text) {
    process::ClearProgress();
    std::cout << text << std::flush;
    if (verdict_seconds_ == 0 && finder_.Take(text)) {
      verdict_seconds_ = process::SecondsSince(begun_);
    }
  }

  double verdict_seconds() const { return verdict_seconds_; }

 private:
  Clock::time_point begun_;
  VerdictFinder finder_;
  double verdict_seconds_ = 0;
};

}  // namespace

Result<LabRun> CaseInLab::Run() const {
  std::optional<std::string> requested;
  {
    DUALPATH_TRY(LabRun run, RunOn(hint_.Get(), true));
    if (run.answer.ok()) requested = protocol::ParseRig(*run.answer);
    if (!requested) return run;
  }  // stops the first VM
  DUALPATH_TRY_STATUS(hint_.Set(*requested));
  return RunOn(*requested, false);
}

Result<LabRun> CaseInLab::RunOn(const std::string& rig, bool may_request_rig) const {
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

Result<lab::Payload> CaseInLab::MakePayload() const {
  std::vector<std::string> data;
  if (!options_.fio_job.empty()) data.push_back(options_.fio_job);
  return lab::MakePayload(cache_, {options_.command[0], process::GuestAgent()}, data);
}

Result<lab::Restored> CaseInLab::Restore(lab::Payload payload, const std::string& rig,
                                         bool may_request_rig) const {
  const std::vector<std::string> arguments(options_.command.begin() + 1, options_.command.end());
  const std::string payload_image = payload.image;
  DUALPATH_TRY(const lab::Steps steps,
               lab::ProgramSteps(cache_, std::move(payload), {rig, arguments}));
  return lab::RestoreSnapshot(cache_, image_, steps,
                              {payload_image, CaseLine(options_, may_request_rig),
                               lab::Pace::kVirtual, options_.keep_snapshot});
}

LabRun CaseInLab::AwaitEnd(lab::Restored restored) const {
  CaseOutput output(restored.begun);
  const process::Stage stage("run " + name_, std::chrono::seconds(0),
                             process::Stage::Announce::kNothing);
  auto answer = restored.vm.ReadLine([&](const std::string& text) { output.Take(text); },
                                     lab::Limit{options_.timeout});
  return LabRun{std::move(restored), std::move(answer), output.verdict_seconds()};
}

}  // namespace dualpath::cli
