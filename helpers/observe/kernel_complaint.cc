#include "helpers/observe/kernel_complaint.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace dualpath::observe {
namespace {

/// Texts that each line with a complaint contains one of.
constexpr std::array kSigns = {
    // "BUG: unable to handle", "BUG: KASAN:", "BUG: soft lockup", "BUG: workqueue lockup", "BUG:
    // scheduling while atomic", lockdep's "[ BUG: bad unlock balance detected! ]".
    "BUG: ",
    "kernel BUG at ",  // BUG_ON(), whose register dump said "Oops" only later
    // WARN_ON() ("WARNING: CPU: 1 PID: 7 at", "WARNING: at" in 3.10), lockdep's since 4.11.
    "WARNING: ",
    "------------[ cut here ]------------",
    "Call Trace:",
    "Call trace:",  // arm64
    "Oops",
    ": 0000 [#1]",  // "invalid opcode: 0000 [#1] SMP", "divide error: 0000 [#1]"
    "general protection",
    "invalid opcode",
    "Unable to handle kernel",  // arm64, s390
    "Kernel panic - not syncing",
    "hard LOCKUP",
    "blocked for more than",  // hung tasks
    "detected stall",         // RCU: "self-detected stall on CPU", "detected stalls on CPUs/tasks"
    "detected expedited stalls",
    "kthread starved for",
    "refcount_t: ",
    "UBSAN: ",
    "list_add corruption",
    "list_add double add",
    "list_del corruption",
    "cannot create duplicate filename",  // sysfs, configfs
    "possible circular locking dependency",
    "possible recursive locking",
    "possible irq lock inversion",
    "inconsistent lock state",
    "inconsistent {",
    "suspicious RCU usage",
    "suspicious rcu_dereference",
    "trying to register non-static key",
    "held lock freed",
    "lock held when returning to user space",
};

bool Contains(const std::string& line, const char* text) {
  return line.find(text) != std::string::npos;
}

/// SLUB's reports: "BUG kmalloc-64 (Not tainted): Poison overwritten".
bool IsSlabReport(const std::string& line) {
  return Contains(line, "BUG ") &&
         (Contains(line, " (Not tainted): ") || Contains(line, " (Tainted: "));
}

/// "Spectre V2 : WARNING: Unprivileged eBPF is enabled" at boot, and crashes of any program:
/// "traps: sh[77] general protection fault".
bool IsNoBug(const std::string& line) {
  return Contains(line, "Spectre V2 : WARNING") || line.rfind("traps: ", 0) == 0;
}

constexpr std::size_t kLinesShown = 40;
constexpr std::size_t kLinesAfter = 12;
constexpr std::size_t kTraceAfter = 8;  ///< lines from a complaint to its call trace

}  // namespace

bool IsKernelComplaint(const std::string& line) {
  if (IsNoBug(line)) return false;
  return IsSlabReport(line) || std::any_of(kSigns.begin(), kSigns.end(),
                                           [&](const char* sign) { return Contains(line, sign); });
}

std::string Complaints(const std::vector<std::string>& lines,
                       const std::vector<std::string>& allowed) {
  std::string text;
  std::size_t shown = 0;
  std::size_t show_until = 0;
  std::size_t trace_allowed_until = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_allowed =
        std::any_of(allowed.begin(), allowed.end(),
                    [&](const std::string& each) { return Contains(lines[i], each.c_str()); });
    if (is_allowed) trace_allowed_until = i + kTraceAfter;
    const bool is_allowed_trace = i < trace_allowed_until && (Contains(lines[i], "Call Trace:") ||
                                                              Contains(lines[i], "Call trace:"));
    if (!is_allowed && !is_allowed_trace && IsKernelComplaint(lines[i])) {
      show_until = i + 1 + kLinesAfter;
    }
    if (i >= show_until) continue;
    if (++shown > kLinesShown) return text + "...\n";
    text += lines[i] + "\n";
  }
  return text;
}

Result<ComplaintWatch> ComplaintWatch::Begin() {
  DUALPATH_TRY(KernelLog log, KernelLog::Open(KernelLog::From::kNow));
  return ComplaintWatch(std::move(log));
}

Result<std::string> ComplaintWatch::Poll(const std::vector<std::string>& allowed) {
  DUALPATH_TRY(const auto messages, log_.Poll());
  if (log_.overruns() > 0) {
    return Error::Because("look for complaints of the kernel", "/dev/kmsg",
                          "messages were overwritten before they were read");
  }
  std::vector<std::string> lines;
  lines.reserve(messages.size());
  for (const KernelMessage& message : messages) {
    lines.push_back(LogMessage{"kernel", message.monotonic_us, message.text}.ToString());
  }
  return Complaints(lines, allowed);
}

}  // namespace dualpath::observe
