#pragma once

#include <string>

#include "helpers/multipath/topology.h"

namespace dualpath::multipath {

/// Reads what `multipath -ll`, `-l` and `-v2` print, and multipathd's "show maps topology", of any
/// version from OL7's 0.4.9 on (multipath(8); libmultipath/print.c):
///
///   [ACTION: ]ALIAS[ (WWID)] dm-N VENDOR,PRODUCT
///   size=1.0G features='...' hwhandler='...' wp=rw
///   |-+- policy='...' prio=N status=...
///   | `- H:C:T:L sdX MAJ:MIN dm_state checker_state device_state
///   `-+- ...
///
/// Takes any bytes and never fails: a line that is not understood, wholly or in part, is listed
/// with its number. That goes for warnings before or between the maps, for what belongs to a map
/// whose head is unreadable, and for a last line that was cut off.
Topology ParseTopology(const std::string& text);

}  // namespace dualpath::multipath
