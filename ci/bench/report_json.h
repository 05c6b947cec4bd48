#pragma once

#include <string>

#include "ci/bench/report.h"

namespace dualpath::bench {

/// The report as JSON, an object of:
///
///  - `version`: 1; it changes when a key changes its meaning or goes
///  - `began`: seconds since 1970; `seconds`: what the measuring took; `stack`: the lab's
///  - `machine`: `cores`, `cpu`, `ram_gib`, `kernel`, `kvm` (usable, not: used), `qemu`, `load`
///    (when the measuring began) and `quiet`, whether that was low enough for figures that mean
///    something; `words`: all of it in one line
///  - `figures`: in the order measured, each with `group`, `name`, `what`, `unit` ("s", "x", "%",
///    "MB", 10^6 bytes), `value` (null: not measured, `note` says why), `samples`, `limit` (null,
///    or
///    `{"at_most": N}`, or `{"at_least": N}`, in the figure's unit), `met` (null without limit or
///    value), `note`, `headline`
///  - `set`: of the results read: `wall_seconds` (null: not known), `jobs`, and `cases`, the
///  longest
///    first, each with `name`, `real`, `virtual` (seconds) and `ratio`, virtual by real
///  - `failures`: of the lab, each in words
std::string ToJsonText(const Report& report, int indentation);

}  // namespace dualpath::bench
