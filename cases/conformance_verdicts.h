#pragma once

#include "helpers/matchers/conformance_matchers.h"

namespace dualpath {

/// Tests of iscsi-test-cu 1.20.0 that do not pass on LIO 6.12: on one device, which may be a path
/// or the map, and on both paths. CONFORMANCE.md explains the failures.
ConformanceVerdicts VerdictsOnOneDevice();
ConformanceVerdicts VerdictsOnBothPaths();

/// The same in the guest, through QEMU 10.0's scsi-block on the map.
ConformanceVerdicts VerdictsInGuest();

/// Returns those of the verdicts whose tests are in the report: it may be of a share of the tests.
ConformanceVerdicts Of(const scsi::ConformanceReport& report, const ConformanceVerdicts& verdicts);

}  // namespace dualpath
