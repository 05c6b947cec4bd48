#include "ci/dualpath/run_in_lab.h"

#include <chrono>

#include "ci/dualpath/case_in_lab.h"
#include "ci/dualpath/unpack.h"
#include "helpers/base/file.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/saved_snapshot.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/progress.h"

namespace dualpath::cli {
namespace {

namespace protocol = lab::protocol;
using std::chrono::minutes;

/// Unpacks the results of a completed case into `directory`.
Result<CaseEnd> TakeResults(LabRun& run, const std::string& directory) {
  if (!run.answer.ok()) return run.answer.error();
  const auto exit = protocol::ParseCaseExit(*run.answer);
  if (!exit) return Error::Because("run the case", "in the lab", *run.answer);
  DUALPATH_TRY(const std::string tar,
               run.restored.vm.ReadResults(exit->bytes, lab::Limit{minutes(1)}));
  DUALPATH_TRY_STATUS(UnpackResults(tar, directory));
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
  // Even if the program's exit code is 0: its report may be missing.
  KeepLogs(vm, directory);
  if (options.keep_snapshot && end.ok() && end->code != 0) {
    const process::Stage stage("save the lab VM in " + lab::SnapshotOfCase(directory));
    WarnIfFailed(lab::SaveSnapshot(vm, image, lab::SnapshotOfCase(directory)));
  }
  if (end.ok()) end->real_seconds = process::SecondsSince(run.restored.begun);
  return end;
}

}  // namespace dualpath::cli
