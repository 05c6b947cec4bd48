#pragma once

// The control port of a lab VM: a virtio-serial port over which this machine and the VM exchange
// lines of text. The scripts of images/lab that read or write such a line name this file.
//
// A case runs in a VM that is restored from a snapshot. Snapshots form a chain (steps.h): each is
// built by restoring the previous one, sending one line, waiting for the answer and saving the VM.
// What that line means depends on the process that reads the control port:
//
//   snapshot  built in the VM by                         then reads the control port
//   boot      systemd                                    lab-agent
//   rig       dualpath-rig up                            lab-agent
//   loaded    payload/load: the case program has been    payload/load
//             started and waits for its arguments
//
// lab-agent writes `ready` when it has opened the port. It evaluates each line as a shell command,
// and the command writes its answer to file descriptor 3.
//
// payload/load is such a command. It takes over the port: it starts the case program, which writes
// `loaded` and blocks on a FIFO (fixtures/loaded_program.h), and then reads the next line itself.
// The VM is saved between the two. So the line that continues a `loaded` snapshot is not a command:
// it contains words for the case program, first NAME=VALUE for its environment, then its arguments.
// After the case payload/load exits, and lab-agent reads the port again, even in the snapshot that
// `dualpath exec --keep-snapshot` saves of a failed case.
//
// Every restored VM finds one line in the port before its CPU runs, so that no virtual time passes
// before it is read, and answers `begun`. After that:
//
//   a case          `rig NAME`: it needs rig NAME, but another rig is up; the VM is
//                   discarded, and the case is run again in a VM with that rig. Otherwise
//                   `exit CODE BYTES BEGUN ENDED`, and BYTES of a tar on the results port.
//   dualpath-rig    `exit CODE`
//   dualpath shell  `exit CODE` when the shell ends; before that `copied CODE BYTES MODE ERROR` for
//                   each file that `dualpath cp` copies, `done` for each change of the window's
//                   size, and `clock SECONDS TYPED STATE` at the latest every second of the VM's
//                   clock, unless --warp or --live; `free` or `busy` before it is saved,
//                   and `mounted` after that
//
// A program's standard output goes to the output port. Any other line is an error message. Fixtures
// include this header, too, so it may depend only on the standard library.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>

namespace dualpath::lab {

/// Virtual time that a case may take. A case that hangs in virtual time costs little real time, and
/// its logs can still be gathered.
constexpr std::chrono::seconds kVirtualLimit{3600};

namespace protocol {

constexpr int kControlPort = 3;  ///< the port's file descriptor in every process in the VM

constexpr char kReady[] = "ready";              ///< lab-agent has opened the port
constexpr char kBooted[] = "booted";            ///< systemd has started all units
constexpr char kBegun[] = "begun";              ///< the first line after a restore has been read
constexpr char kLoaded[] = "loaded";            ///< the case program waits for its arguments
constexpr char kRig[] = "rig";                  ///< rig NAME
constexpr char kExit[] = "exit";                ///< exit CODE, exit CODE BYTES BEGUN ENDED
constexpr char kCopied[] = "copied";            ///< copied CODE BYTES MODE ERROR
constexpr char kFree[] = "free";                ///< the payload's disk has been unmounted
constexpr char kBusy[] = "busy";                ///< a process still uses the payload's disk
constexpr char kMounted[] = "mounted";          ///< the payload's disk has been mounted again
constexpr char kDone[] = "done";                ///< the line before has been evaluated
constexpr char kClock[] = "clock";              ///< clock SECONDS TYPED STATE
constexpr char kAtPrompt[] = "prompt";          ///< STATE: the shell waits for a command
constexpr char kInForeground[] = "foreground";  ///< STATE: a command runs in the foreground

/// Environment of a case program in the lab.
constexpr char kArgumentsFifo[] = "DUALPATH_ARGUMENTS_FIFO";  ///< where the arguments come from
constexpr char kPurpose[] = "DUALPATH_RIG";                   ///< one of the two below, or not set
constexpr char kRequestRig[] = "request";  ///< request another rig, if the case needs one
constexpr char kOnlyBringUp[] = "only";    ///< bring up the case's rig and exit

/// A shell command that writes `line` to the control port.
inline std::string Echo(const std::string& line) { return "echo " + line + " >&3"; }

/// "exit CODE", with the exit status of a shell: 128 + n for signal n.
inline std::string ExitLine(int code) { return std::string(kExit) + " " + std::to_string(code); }

/// Returns the CODE of an `exit` line, whatever follows it.
inline std::optional<int> ParseExitCode(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  int code = 0;
  if (!(words >> word >> code) || word != kExit) return std::nullopt;
  return code;
}

/// "exit CODE BYTES BEGUN ENDED", the end of a case.
struct CaseExit {
  int code = 0;              ///< exit status of the case program
  std::size_t bytes = 0;     ///< size of the tar on the results port
  double begun_seconds = 0;  ///< the VM's uptime when the program got its arguments
  double ended_seconds = 0;  ///< the VM's uptime when the program exited
};

/// Parses the line of a case that ended.
inline std::optional<CaseExit> ParseCaseExit(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  CaseExit end;
  if (!(words >> word >> end.code >> end.bytes >> end.begun_seconds >> end.ended_seconds) ||
      word != kExit) {
    return std::nullopt;
  }
  return end;
}

/// "clock SECONDS TYPED STATE", from the terminal of `dualpath shell` (images/lab/terminal).
struct ShellClock {
  double seconds = 0;       ///< the VM's CLOCK_MONOTONIC
  std::uint64_t typed = 0;  ///< bytes that have arrived in the VM for the terminal, in all
  bool at_prompt = false;   ///< whether the shell waits for a command
};

inline std::string ClockLine(const ShellClock& clock) {
  std::ostringstream line;
  line << kClock << ' ' << std::fixed << std::setprecision(3) << clock.seconds << ' ' << clock.typed
       << ' ' << (clock.at_prompt ? kAtPrompt : kInForeground);
  return line.str();
}

inline std::optional<ShellClock> ParseClock(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  std::string state;
  ShellClock clock;
  if (!(words >> word >> clock.seconds >> clock.typed >> state) || word != kClock) {
    return std::nullopt;
  }
  if (state != kAtPrompt && state != kInForeground) return std::nullopt;
  clock.at_prompt = state == kAtPrompt;
  return clock;
}

/// "rig NAME"; an empty name is the default rig.
inline std::string RigLine(const std::string& name) { return std::string(kRig) + " " + name; }

/// Returns the NAME of a `rig` line.
inline std::optional<std::string> ParseRig(const std::string& line) {
  const std::string prefix = RigLine("");
  if (line.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  return line.substr(prefix.size());
}

}  // namespace protocol
}  // namespace dualpath::lab
