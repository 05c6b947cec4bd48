#pragma once

#include <string>

#include "helpers/multipath/topology.h"

namespace dualpath::multipath {

/// Parses the output of `multipath -ll`, `-l` and `-v2`, and of multipathd's "show maps topology",
/// of any version from OL7's 0.4.9 on (multipath(8); libmultipath/print.c):
///
///   [ACTION: ]ALIAS[ (WWID)] dm-N VENDOR,PRODUCT
///   size=1.0G features='...' hwhandler='...' wp=rw
///   |-+- policy='...' prio=N status=...
///   | `- H:C:T:L sdX MAJ:MIN dm_state checker_state device_state
///   `-+- ...
///
/// Accepts any bytes and never fails: lines that cannot be parsed completely are listed with their
/// numbers. These include warnings, all lines of a map whose first line cannot be parsed, and a
/// truncated last line.
Topology ParseTopology(const std::string& text);

}  // namespace dualpath::multipath
