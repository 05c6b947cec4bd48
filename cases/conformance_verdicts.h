#pragma once

#include "helpers/matchers/conformance_matchers.h"

namespace dualpath {

/// Tests of iscsi-test-cu 1.20.0 that do not pass on LIO 6.12: on one device, which may be a path
/// or the map, and on both paths. CONFORMANCE.md explains the failures.
ConformanceVerdicts VerdictsOnOneDevice();
ConformanceVerdicts VerdictsOnBothPaths();

}  // namespace dualpath
