#pragma once

#include <string>

namespace dualpath::bench {

/// Description of the machine on which the figures were measured.
struct Machine {
  unsigned cores = 0;
  std::string cpu;  ///< model name in /proc/cpuinfo
  double ram_gib = 0;
  std::string kernel;  ///< "6.12.43"
  bool kvm = false;    ///< whether /dev/kvm can be opened; by default the lab does not use it
  std::string qemu;    ///< version of the lab's QEMU; empty if unknown
  double load = 0;     ///< load average over the minute before the start

  /// Load above which other processes distort the figures.
  static constexpr double kQuiet = 0.3;
  bool WasQuiet() const { return load <= kQuiet; }

  /// Returns "2 cores (AMD EPYC), 24 GiB, Linux 6.12.43, no KVM, QEMU emulator version 10.0.8".
  std::string ToString() const;
};

/// Reads the description of this machine. `root` is the directory of proc and dev.
Machine ReadMachine(const std::string& root = "/");

}  // namespace dualpath::bench
