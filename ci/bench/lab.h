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

/// How long something in a VM took.
struct Took {
  double real_seconds = 0;
  double virtual_seconds = 0;  ///< by the VM's clock
};

/// A lab VM with a payload.
class BenchVm {
 public:
  BenchVm(lab::Payload payload, lab::Vm vm, double seconds)
      : payload_(std::move(payload)), vm_(std::move(vm)), seconds_(seconds) {}

  /// Real seconds from starting QEMU to the lab's answer.
  double seconds() const { return seconds_; }
  int pid() const { return vm_.pid(); }

  /// Runs a command line, as root; that it fails is an `Error`, with what it said.
  Result<Took> Run(const std::string& line, Deadline deadline);

  /// Waits for the end of the case of `Lab::BeginCase`, which has to pass.
  Status AwaitCase(Deadline deadline);

 private:
  lab::Payload payload_;
  std::optional<lab::Snapshot> snapshot_;
  lab::Vm vm_;
  double seconds_;

  friend class Lab;
};

/// One run of a case by `dualpath exec`, as a user would start it.
struct ExecTook {
  double wall_seconds = 0;  ///< of the whole command
  double cpu_seconds = 0;   ///< user and system, of all its processes, on whichever core
  double real_seconds = 0;  ///< as the launcher has it: from starting QEMU to the case's end
  /// From starting QEMU to gtest's verdict; none: the launcher did not say.
  std::optional<double> verdict_seconds;
};

/// What the measurements use of the lab.
class Lab {
 public:
  static Result<Lab> Open(const std::string& stack);

  const std::string& stack() const { return stack_; }
  const lab::Image& image() const { return image_; }

  /// "QEMU emulator version 10.0.8 (Debian ...)"; empty: it does not say.
  std::string Qemu() const;

  /// What is built, and kept in the cache, when it is used first, is no part of any figure.
  Status WarmUp() const;

  /// A restored VM, with nothing of its payload loaded.
  Result<BenchVm> Restore() const;

  /// A restored VM with these programs of the build in /payload, for /payload/start, and the
  /// scripts of images/lab/bench in /payload/data.
  Result<BenchVm> RestoreWith(const std::vector<std::string>& programs) const;

  /// A restored VM in which a case runs.
  Result<BenchVm> BeginCase(const std::string& test) const;

  /// The same VM booted, up to where its agent answers; nothing is up in it.
  Result<BenchVm> Boot() const;

  /// A case, which has to pass; its results are thrown away.
  Result<ExecTook> Exec(const std::string& test) const;

  /// Wall time of ctest in the build directory, with `arguments`; every test has to pass. The
  /// results are thrown away.
  Result<double> Ctest(const std::vector<std::string>& arguments) const;

 private:
  Lab(std::string stack, lab::Cache cache, lab::Image image)
      : stack_(std::move(stack)), cache_(std::move(cache)), image_(std::move(image)) {}

  Result<lab::Payload> PayloadOf(const std::vector<std::string>& programs) const;
  Result<BenchVm> RestoreTo(const lab::Steps& steps, lab::Payload payload,
                            const std::string& begin) const;

  std::string stack_;
  lab::Cache cache_;
  lab::Image image_;
};

/// The program with the cases.
std::string CaseProgram();

}  // namespace dualpath::bench
