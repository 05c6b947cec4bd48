#pragma once

#include <map>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/process/process_table.h"

namespace dualpath::observe {

/// Processes that a case needs and does not start itself.
struct Daemon {
  std::string name;                   ///< for messages, and for `DaemonWatch::Release`
  std::vector<std::string> programs;  ///< beginnings of process names: "qemu-system"
  std::string argument{};             ///< a text in their command line; empty: any
  bool optional = false;              ///< there may be none
};

/// Notices that a daemon has ended, even if it has been started again: a case must not pass because
/// the daemon that it tests crashed and was restarted.
class DaemonWatch {
 public:
  explicit DaemonWatch(std::string proc = "/proc") : proc_(std::move(proc)) {}

  /// The watch of this process's current case. Verbs that end a daemon release it there, and verbs
  /// that start it watch it again.
  static DaemonWatch& OfThisProcess();

  /// Watches the processes of the daemon that run now. An `Error` if there are none, unless it is
  /// optional.
  Status Watch(const Daemon& daemon);

  /// Stops watching a daemon that the case ends, or may end.
  void Release(const std::string& name) { watched_.erase(name); }
  void ReleaseAll() { watched_.clear(); }

  /// Returns one line for each daemon of which a process has ended: "multipathd (process 431) ended
  /// during the case; now process 502".
  Result<std::vector<std::string>> Ended() const;

 private:
  struct Watched {
    Daemon daemon;
    std::vector<process::RunningProcess> processes;
  };

  Result<std::vector<process::RunningProcess>> Find(const Daemon& daemon) const;

  std::string proc_;
  std::map<std::string, Watched> watched_;
};

/// multipathd, by the name "multipathd".
Daemon Multipathd();

/// libvirt's daemon, monolithic or modular, by the name "libvirt".
Daemon Libvirt();

/// QEMU of the domain, by the name "QEMU".
Daemon QemuOf(const std::string& domain);

/// qemu-pr-helper of the domain, if it has one, by the name "qemu-pr-helper".
Daemon PrHelperOf(const std::string& domain);

}  // namespace dualpath::observe
