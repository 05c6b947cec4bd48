#pragma once

#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/cpu_slot.h"
#include "helpers/lab/image/accel.h"
#include "helpers/lab/ports.h"
#include "helpers/lab/qemu.h"
#include "helpers/lab/qmp.h"
#include "helpers/lab/watch.h"
#include "helpers/process/process.h"

namespace dualpath::lab {

/// Hardware and kernel of a lab VM. A snapshot can be restored in any VM of the same shape.
struct VmShape {
  std::string qemu;             ///< directory of the lab's QEMU
  std::string kernel;           ///< the stack's vmlinuz
  std::string initrd;           ///< the stack's initial RAM disk
  std::string idle_table;       ///< ACPI table for the idle states of the CPU
  int memory_mebibytes = 3072;  ///< room for the article's dd of 1 GiB
  Accelerator accelerator = Accelerator::kTcg;
  std::string append{};  ///< words added to the kernel's command line (Own::append)
};

/// How the VM's clock runs while its CPU is idle. With KVM it always runs in real time.
enum class Pace {
  kVirtual,  ///< jumps to the next timer: waiting takes no real time
  kReal,     ///< never faster than real time; slower while the CPU is busy
};

/// Returns QEMU's arguments that depend on the shape alone: part of a snapshot's key.
std::vector<std::string> ShapeArguments(const VmShape& shape);

/// A lab VM: emulated (TCG), with one virtual CPU, virtual time, no network, and no access to this
/// machine except a read-only payload; or the same with KVM, on this machine's CPU, in real time.
/// It is reached over three virtio-serial ports (ports.h).
///
/// QEMU is confined, since the VM runs a case program that may be anybody's: it has no capabilities
/// and gains none (process::Command::confined), and a seccomp filter refuses system calls to start
/// programs or to change users, priorities or limits (-sandbox). It runs as our user: as another,
/// it would lose PR_SET_PDEATHSIG and outlive us.
///
/// Virtual time (`-icount ...,sleep=off`): the VM's clocks count instructions and jump ahead
/// whenever its CPU is idle, so a wait of 50 s takes only as long as the work done in it. They also
/// jump ahead, without bound, while the VM waits for I/O on this machine: so its root file system
/// is in memory (virtio-pmem with DAX), in pages that all VMs of the image share, under a tmpfs
/// that takes the writes. The RAM is a file. A restored VM maps it privately: pages are read when
/// they are touched, shared by all VMs of the snapshot, and copied when they are written. The VM
/// has one virtual CPU: with two, kernel 6.12 crashes under multi-threaded TCG while patching its
/// text. In virtual time all threads of a VM run on one CPU of this machine, if a CPU is free
/// (cpu_slot.h).
class Vm {
 public:
  struct Options {
    VmShape shape;
    std::string disk;       ///< raw image, read-only
    std::string payload;    ///< raw image, read-only; empty: a disk of zeros
    std::string ram;        ///< file with the VM's RAM; empty: the RAM is in `devices`
    bool owns_ram = false;  ///< the VM writes to the file `ram`; otherwise it maps it privately
    std::string devices;    ///< file written by `Save`, to restore from; empty: boot
    /// `Save` will be called. A restored VM runs faster without: each jump of the clock wakes the
    /// thread of a QMP monitor, a tenth of the cost of waiting.
    bool to_be_saved = false;
    Pace pace = Pace::kVirtual;
  };

  /// Starts QEMU. A VM to be restored stays stopped until `Resume`.
  static Result<Vm> Start(const Options& options);

  /// Restores the snapshot and lets the VM run.
  Status Resume(Limit limit);

  /// Stops the VM's clock, and with it all of QEMU (SIGSTOP): it uses no CPU, and takes what is
  /// sent to it later. Until `Release`, or anything else here that needs the VM to run. Compared
  /// with QEMU's own `stop`, it needs no monitor, and ends without waiting for QEMU to answer.
  void Hold();
  void Release();

  /// Sends a line to the control port. Before `Resume`, it is in the port before the VM runs.
  Status SendLine(const std::string& line);

  /// Returns the next line from the control port, and passes on output from the output port until
  /// then. Fails if the VM exits, panics, writes no line within the limit, or more than it may
  /// (ports.h); the `Error` contains the end of its logs.
  Result<std::string> ReadLine(const OutputSink& sink, Limit limit);

  /// Sends a line and returns the next one.
  Result<std::string> Request(const std::string& line, const OutputSink& sink, Limit limit);

  /// Returns exactly `bytes` from the results port.
  Result<std::string> ReadResults(std::size_t bytes, Limit limit);

  enum class Afterwards { kEnd, kGoOn };

  /// Stops the VM, writes its device state to `file` and ends QEMU, or lets the VM run again. If
  /// the VM `owns_ram`, its RAM is in the file `ram`; otherwise `file` contains the RAM, too.
  /// Preconditions: `to_be_saved`; not `owns_ram` if it is to go on.
  Status Save(const std::string& file, Afterwards afterwards = Afterwards::kEnd);

  /// Returns the ports, for callers that do their own I/O on them.
  const Ports& ports() const { return ports_; }

  /// Returns an error about the VM, with the end of its console and of QEMU's log.
  Error ExitError(const std::string& what_happened) const;

  /// Returns what the VM's kernel and systemd have written to the console.
  std::string ConsoleLog() const;

  /// Returns what QEMU has printed.
  std::string QemuLog() const;

  Pace pace() const { return pace_; }

  int pid() const { return qemu_.pid(); }  ///< process ID of QEMU

 private:
  Vm(TemporaryDirectory directory, process::Background qemu, Ports ports, const Options& options);

  Watch WatchFor(Limit limit) const;
  Status WriteStateTo(const std::string& file, Watch& watch);

  TemporaryDirectory directory_;
  std::optional<CpuSlot> cpu_;
  process::Background qemu_;
  Ports ports_;
  UniqueFd console_;        // QEMU's human monitor (HMP)...
  std::optional<Qmp> qmp_;  // ...or its machine protocol, if `to_be_saved`
  std::string devices_;
  std::string shape_qemu_;  // directory of QEMU
  Pace pace_;
  bool held_ = false;
};

/// Returns all arguments of QEMU for a VM whose sockets and logs are in `directory`.
std::vector<std::string> ArgumentsOf(const Vm::Options& options, const std::string& directory,
                                     const QemuFeatures& features);

}  // namespace dualpath::lab
