#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/payload.h"

namespace dualpath::lab {

/// How a snapshot is built from the previous one (see the table in protocol.h); the first step
/// boots.
struct Step {
  std::string kind;                ///< name of the snapshot and its cache entries: "boot"
  std::string what;                ///< description for progress and errors: "boot the lab"
  std::optional<Payload> payload;  ///< disk to attach
  std::string line;                ///< command for the lab agent
  std::string inputs;  ///< what the snapshot depends on besides the line: digests, names
  /// Arguments of `line`, which uses them as "$@". They are not part of the snapshot's key: cases
  /// that request the same rig share the snapshot, whichever of them brought up the rig.
  std::vector<std::string> arguments;
  std::string answer;            ///< line on the control port when the step has succeeded
  std::chrono::minutes longest;  ///< CPU time that the VM may use for it
  std::chrono::seconds usual;    ///< real time that it takes on a quiet machine, for its progress
};

/// Steps from the boot onwards. Chains share the snapshots of their common first steps: each case
/// program has a snapshot, built from the rig's snapshot, which is built from the boot's.
using Steps = std::vector<Step>;

/// A rig that a case has requested.
struct RequestedRig {
  std::string name;                    ///< `rig NAME` of protocol.h; empty: the default rig
  std::vector<std::string> arguments;  ///< arguments with which the case program brings it up
};

/// Steps to a booted lab, with every file that it may read later in RAM.
Steps BootSteps();

/// The step that brings up the default rig and its guest with the dualpath-rig in `payload`.
Step RigStep(Payload payload);

/// The step that starts the first program of `payload` until it waits for its arguments, on `rig`.
Step ProgramStep(Payload payload, const RequestedRig& rig);

/// Steps to the default rig and its guest.
Result<Steps> RigSteps(const Cache& cache);

/// Steps to a snapshot in which the first program of `payload` waits for its arguments.
Result<Steps> ProgramSteps(const Cache& cache, Payload payload, const RequestedRig& rig = {});

/// Returns the line to send to the lab agent for `step`, with its arguments.
std::string LineFor(const Step& step);

/// Returns a command for the lab agent: copies the payload to /payload, and if that succeeds runs
/// `command`.
std::string LoadPayloadAnd(const std::string& command);

}  // namespace dualpath::lab
