#include "ci/dualpath/run_in_lab.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>

#include "ci/dualpath/case_in_lab.h"
#include "ci/dualpath/unpack.h"
#include "ci/results/run.h"
#include "ci/results/stack.h"
#include "helpers/base/file.h"
#include "helpers/lab/image/built_image.h"
#include "helpers/lab/protocol.h"
#include "helpers/lab/saved_snapshot.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/own_programs.h"
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

/// Returns the versions in the image, and what is the user's.
Result<results::Stack> StackOf(const lab::Image& image, const lab::Own& own) {
  DUALPATH_TRY(const lab::BuiltImage built, lab::ReadBuiltImage(image.entry.directory()));
  results::Stack stack;
  stack.name = built.stack;
  stack.kernel = built.VersionOf("linux-image-amd64");
  stack.multipath_tools = built.VersionOf("multipath-tools");
  stack.qemu = built.VersionOf("qemu-system-x86");
  stack.libvirt = built.VersionOf("libvirt-daemon-system");
  if (!own.kernel.empty()) stack.own.push_back("kernel " + own.kernel);
  for (const std::string& overlay : own.overlays) stack.own.push_back("overlay " + overlay);
  if (!own.append.empty()) stack.own.push_back("append " + own.append);
  return stack;
}

/// After the results of the case, which might have brought a file of this name.
Status KeepStack(const lab::Image& image, const lab::Own& own, const std::string& directory) {
  DUALPATH_TRY(const results::Stack stack, StackOf(image, own));
  return results::WriteStack(directory, stack);
}

}  // namespace

Result<CaseEnd> RunInLab(const ExecOptions& options, const std::string& name,
                         const std::string& directory) {
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(const lab::Image image,
               lab::GetImage(cache, options.stack, options.accelerator, options.own));
  DUALPATH_TRY(LabRun run, CaseInLab(options, name, cache, image).Run());
  lab::Vm& vm = run.restored.vm;
  auto end = TakeResults(run, directory);
  if (!end.ok()) process::StopIfEnding();
  // Even if the program's exit code is 0: its report may be missing.
  KeepLogs(vm, directory);
  WarnIfFailed(KeepStack(image, options.own, directory));
  if (options.keep_snapshot && end.ok() && end->code != 0) {
    const process::Stage stage("save the lab VM in " + lab::SnapshotOfCase(directory));
    WarnIfFailed(lab::SaveSnapshot(vm, image, lab::SnapshotOfCase(directory)));
    const std::string results = std::filesystem::path(directory).parent_path().string();
    spdlog::info("a shell there: {} shell --at {}{}", process::DualpathCommand(), name,
                 results::ResultsOption(results));
  }
  if (end.ok()) end->real_seconds = process::SecondsSince(run.restored.begun);
  return end;
}

}  // namespace dualpath::cli
