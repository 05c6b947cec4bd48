#include "helpers/lab/steps.h"

#include <filesystem>
#include <utility>

#include "helpers/lab/protocol.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/shell_words.h"

namespace dualpath::lab {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// The next VM has another payload disk: no block of this disk may stay in the page cache.
constexpr char kForgetPayload[] = "blockdev --flushbufs /dev/vda";
constexpr minutes kLongestBoot{5};
constexpr minutes kLongestBringUp{15};  // a guest kernel boots under double emulation
constexpr seconds kUsualBoot{25};
constexpr seconds kUsualBringUp{170};
constexpr seconds kUsualLoad{5};

}  // namespace

std::string LoadPayloadAnd(const std::string& command) {
  return "/usr/lib/dualpath/load-payload && " + command;
}

std::string LineFor(const Step& step) {
  std::string line = "set --";
  for (const std::string& word : step.arguments) line += " " + process::QuotedForShell(word);
  return line + "; " + step.line;
}

Steps BootSteps() {
  Steps steps;
  Step& step = steps.emplace_back();
  step.kind = "boot";
  step.what = "boot the lab";
  step.line =
      "systemctl is-system-running --wait > /dev/null; " + protocol::Echo(protocol::kBooted);
  step.answer = protocol::kBooted;
  step.longest = kLongestBoot;
  step.usual = kUsualBoot;
  return steps;
}

Step RigStep(Payload payload) {
  Step step;
  step.kind = "rig";
  step.what = "bring up the rig and its guest, for the snapshot";
  step.line = LoadPayloadAnd(
                  "/payload/start dualpath-rig up </dev/null "
                  ">/dev/virtio-ports/dualpath.output 2>&1; code=$?; rm -rf /payload; ") +
              kForgetPayload + "; " + protocol::Echo(std::string(protocol::kExit) + " $code");
  step.inputs = payload.digest;
  step.payload = std::move(payload);
  step.answer = protocol::ExitLine(0);
  step.longest = kLongestBringUp;
  step.usual = kUsualBringUp;
  return step;
}

Step ProgramStep(Payload payload, const RequestedRig& rig) {
  const std::string program = std::filesystem::path(payload.programs.front()).filename().string();
  Step step;
  step.kind = "loaded";
  step.what = "load " + program +
              (rig.name.empty() ? "" : ", with a rig of its own and a guest that boots");
  step.line = LoadPayloadAnd(kForgetPayload) + " && /payload/load " +
              std::to_string(kVirtualLimit.count()) + " " + process::QuotedForShell(program) +
              " \"$@\" || " + protocol::Echo("cannot load the payload");
  step.inputs = payload.digest + rig.name;
  // With arguments, payload/load brings up the rig of the case that they select.
  if (!rig.name.empty()) step.arguments = rig.arguments;
  step.payload = std::move(payload);
  step.answer = protocol::kLoaded;
  step.longest = kLongestBringUp;
  step.usual = rig.name.empty() ? kUsualLoad : kUsualBringUp;
  return step;
}

Result<Steps> RigSteps(const Cache& cache) {
  DUALPATH_TRY(Payload payload, MakePayload(cache, {process::RigProgram(), process::GuestAgent()}));
  Steps steps = BootSteps();
  steps.push_back(RigStep(std::move(payload)));
  return steps;
}

Result<Steps> ProgramSteps(const Cache& cache, Payload payload, const RequestedRig& rig) {
  DUALPATH_TRY(Steps steps, RigSteps(cache));
  steps.push_back(ProgramStep(std::move(payload), rig));
  return steps;
}

}  // namespace dualpath::lab
