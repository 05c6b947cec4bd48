#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/snapshot.h"
#include "helpers/lab/vm.h"

namespace dualpath::bench {

/// Duration of a command in a VM.
struct Elapsed {
  double real_seconds = 0;
  double virtual_seconds = 0;  ///< duration on the VM's clock
};

/// A lab VM with a payload.
class BenchVm {
 public:
  BenchVm(lab::Payload payload, lab::Vm vm, double seconds)
      : payload_(std::move(payload)), vm_(std::move(vm)), seconds_(seconds) {}

  /// Returns the real time from starting QEMU to the lab's answer.
  double seconds() const { return seconds_; }
  int pid() const { return vm_.pid(); }

  /// Runs a command line as root. If it fails, the `Error` contains its output.
  Result<Elapsed> Run(const std::string& line, lab::Limit limit);

  /// Waits until the case of `BenchLab::BeginCase` has passed.
  Status AwaitCase(lab::Limit limit);

 private:
  lab::Payload payload_;
  std::optional<lab::Snapshot> snapshot_;
  lab::Vm vm_;
  double seconds_;

  friend class BenchLab;
};

/// Times of one run of a case with `dualpath exec`, as a user would start it.
struct ExecElapsed {
  double wall_seconds = 0;  ///< duration of the whole command
  double cpu_seconds = 0;   ///< user and system time of all its processes, on all cores
  double real_seconds = 0;  ///< time from starting QEMU to the case's end, as `exec` reports it
  /// Time from starting QEMU to gtest's verdict, if `exec` reports it.
  std::optional<double> verdict_seconds;
};

class BenchLab {
 public:
  static Result<BenchLab> Open(const std::string& stack, const lab::Own& own = {});

  const std::string& stack() const { return stack_; }
  const lab::Image& image() const { return image_; }

  /// Returns "QEMU emulator version 10.0.8 (Debian ...)"; empty if unknown.
  std::string Qemu() const;

  /// Builds what is missing from the cache, so that no figure includes the time for that.
  Status WarmUp() const;

  /// Restores a VM without loading its payload.
  Result<BenchVm> Restore() const;

  /// Restores a VM with these programs of the build in /payload, for /payload/start, and the
  /// scripts of images/lab/bench in /payload/data.
  Result<BenchVm> RestoreWith(const std::vector<std::string>& programs) const;

  /// Restores a VM and starts a case in it.
  Result<BenchVm> BeginCase(const std::string& test) const;

  /// Boots the same VM until its agent answers, without a rig.
  Result<BenchVm> Boot() const;

  /// Runs a case, which must pass, and discards its results.
  Result<ExecElapsed> Exec(const std::string& test) const;

  /// Runs ctest with `arguments` in the build directory and returns its wall time. All tests must
  /// pass; their results are discarded.
  Result<double> Ctest(const std::vector<std::string>& arguments) const;

 private:
  BenchLab(std::string stack, lab::Cache cache, lab::Image image)
      : stack_(std::move(stack)), cache_(std::move(cache)), image_(std::move(image)) {}

  Result<lab::Payload> PayloadOf(const std::vector<std::string>& programs) const;
  Result<BenchVm> RestoreTo(const lab::Steps& steps, lab::Payload payload,
                            const std::string& begin) const;

  std::string stack_;
  lab::Cache cache_;
  lab::Image image_;
};

std::string CaseProgram();

}  // namespace dualpath::bench
