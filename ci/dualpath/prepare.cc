#include "ci/dualpath/prepare.h"

#include <spdlog/spdlog.h>

#include <iostream>
#include <utility>

#include "ci/dualpath/own_options.h"
#include "helpers/base/exit_code.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/steps.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/own_programs.h"

namespace dualpath::cli {
namespace {

Status MakeSnapshots(const PrepareOptions& options) {
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(const lab::Image image,
               lab::GetImage(cache, options.stack, options.accelerator, options.own));
  const auto make = [&](const lab::Steps& steps) -> Status {
    DUALPATH_TRY(const lab::Snapshot snapshot, lab::GetSnapshot(cache, image, steps));
    spdlog::info("ready: {}", snapshot.entry.directory());
    return Ok{};
  };
  if (options.boot_only) return make(lab::BootSteps());
  DUALPATH_TRY(const lab::Steps rig, lab::RigSteps(cache));
  DUALPATH_TRY_STATUS(make(rig));
  for (const std::string& program : options.programs) {
    DUALPATH_TRY(lab::Payload payload, lab::MakePayload(cache, {program, process::GuestAgent()}));
    DUALPATH_TRY(const lab::Steps loaded, lab::ProgramSteps(cache, std::move(payload)));
    DUALPATH_TRY_STATUS(make(loaded));
  }
  return Ok{};
}

}  // namespace

int Prepare(const PrepareOptions& options) {
  if (!AcceptOwn(options.own, "dualpath prepare")) return kUsage;
  const Status made = MakeSnapshots(options);
  if (made.ok()) return kAllPassed;
  process::StopIfEnding();
  std::cerr << "dualpath prepare: " << made.error().ToString() << "\n";
  return kInfrastructure;
}

}  // namespace dualpath::cli
