#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/cpu_slot.h"
#include "helpers/lab/image/accel.h"
#include "helpers/lab/qmp.h"
#include "helpers/process/process.h"

namespace dualpath::lab {

/// What a lab VM is made of. Two VMs with the same shape can take each other's saved state.
struct VmShape {
  std::string qemu;             ///< the directory of the image's QEMU
  std::string kernel;           ///< the stack's vmlinuz
  std::string initrd;           ///< and initial RAM disk
  int memory_mebibytes = 3072;  ///< room for the article's dd of 1 GiB
  Accelerator accelerator = Accelerator::kTcg;
};

/// How the VM's clock runs while its CPU is idle. Under KVM it is real, whatever is asked for.
enum class Pace {
  kVirtual,  ///< it jumps to the next timer: a wait costs nothing
  kReal,     ///< it waits as long as it says; never faster than real time, slower when busy
};

/// QEMU's arguments that depend on the shape alone: part of a snapshot's key.
std::vector<std::string> ShapeArguments(const VmShape& shape);

/// A lab VM: emulated (TCG), one virtual CPU, virtual time, no network, nothing of this machine
/// visible but one read-only payload; or the same under KVM, on this machine's CPU, in real time.
/// Talks over three virtio-serial ports: control (lines both ways), output (what the case prints),
/// results (a tar).
///
/// Virtual time (`-icount ...,sleep=off`): the guest's clocks count instructions and jump ahead
/// whenever its CPU is idle, so a wait of 50 s costs what happens in it and no more. They also jump
/// ahead, without bound, while it waits for this machine: so its root file system is memory
/// (virtio-pmem, by DAX), the same pages for all VMs of the image, under a tmpfs for what it
/// writes. The RAM is a file. A restored VM maps it privately: pages are read when they are
/// touched, shared by all VMs of the snapshot, and copied when they are written. One virtual CPU:
/// with two, kernel 6.12 dies under multi-threaded TCG while patching its text.
/// In virtual time all its threads are on one CPU of this machine, if there is one to be had.
class Vm {
 public:
  struct Options {
    VmShape shape;
    std::string disk;       ///< raw image; the lab only reads it
    std::string payload;    ///< raw image, read-only; empty: a disk of zeros
    std::string ram;        ///< the file that is the VM's RAM; empty: it is in `state`
    bool owns_ram = false;  ///< the VM writes to that file, which is not mapped privately then
    std::string state;      ///< what `Save` wrote, to go on from there; empty: boot
    /// `Save` will be called. One that goes on from a state is cheaper without: the thread of a
    /// monitor for programs is woken by each jump of the clock, a tenth of what waiting costs.
    bool to_be_saved = false;
    Pace pace = Pace::kVirtual;
  };
  /// The host's ends of the virtio-serial ports.
  struct Ports {
    UniqueFd control, output, results;
  };
  using OutputSink = std::function<void(const std::string&)>;

  static Result<Vm> Start(const Options& options);

  /// For a VM with a saved state: takes it in and lets the VM run.
  Status Resume(Deadline deadline);

  /// Sends one line to the lab agent (run by bash) and returns the next line it says on the
  /// control port, passing on meanwhile what comes out of the output port. An `Error` if the VM
  /// ends, panics or stays silent until the deadline (real time).
  Result<std::string> Ask(const std::string& line, const OutputSink& sink, Deadline deadline);

  /// The first half of `Ask`: what is sent before `Resume` is there before any virtual time passes.
  Status Tell(const std::string& line);

  /// The next line that the lab says on the control port.
  Result<std::string> Listen(const OutputSink& sink, Deadline deadline);

  /// Exactly `bytes` from the results port.
  Result<std::string> ReadResults(std::size_t bytes, Deadline deadline);

  /// Stops the VM and writes its state to `file`. Of a VM that was booted the RAM's file belongs to
  /// it from then on; of one that was restored, whose RAM is its own, the RAM is in `file` too. The
  /// VM is over after it. Only for a VM that was started `to_be_saved`.
  Status Save(const std::string& file, Deadline deadline);

  /// For who talks to the lab by himself: both directions of each port are open.
  const Ports& ports() const { return ports_; }

  /// The error to return when the ports have closed or fall silent: with what the VM said last.
  Error Died(const std::string& what_happened) const;

  /// Everything that the VM's kernel and systemd wrote to the console so far.
  std::string ConsoleLog() const;

  Pace pace() const { return pace_; }

  int pid() const { return qemu_.pid(); }  ///< QEMU's

  /// What QEMU itself had to say.
  std::string QemuLog() const;

 private:
  Vm(TemporaryDirectory directory, process::Background qemu, Ports ports, const Options& options);

  TemporaryDirectory directory_;
  std::optional<CpuSlot> cpu_;
  process::Background qemu_;
  Ports ports_;
  UniqueFd console_;        // QEMU's monitor for people...
  std::optional<Qmp> qmp_;  // ...or the one for programs
  std::string state_;       // to restore from
  Pace pace_;
  std::string control_buffer_;
  std::string results_buffer_;
};

}  // namespace dualpath::lab
