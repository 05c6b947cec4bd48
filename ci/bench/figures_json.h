#pragma once

#include <string>

#include "ci/bench/figures.h"

namespace dualpath::bench {

/// Returns the figures as JSON, an object with:
///
///  - `version`: 1; changes when a key is removed or changes its meaning
///  - `began`: seconds since 1970; `seconds`: duration; `stack`: stack of the lab
///  - `machine`: `cores`, `cpu`, `ram_gib`, `kernel`, `kvm` (usable, not necessarily used), `qemu`,
///    `load` (at the start) and `quiet`, whether that was low enough for meaningful figures;
///    `words`: all of these in one line
///  - `figures`: in the order measured, each with `group`, `name`, `what`, `unit` ("s", "x", "%",
///    "MB", 10^6 bytes), `value` (null: not measured; `note` has the reason), `samples`, `limit`
///    (null, `{"at_most": N}` or `{"at_least": N}`, in the figure's unit), `met` (null without a
///    limit or value), `note`, `headline`
///  - `set`: times of a run of cases: `wall_seconds` (null: unknown), `jobs`, and `cases`, the
///    longest first, each with `name`, `real`, `virtual` (seconds) and `ratio` (virtual / real)
///  - `failures`: messages about measurements that failed because of the lab
std::string ToJsonText(const Figures& figures, int indentation);

}  // namespace dualpath::bench
