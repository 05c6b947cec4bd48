#pragma once

#include "ci/bench/report.h"

namespace dualpath::bench {

/// A report with a figure of each kind. For tests.
inline Report FakeReport() {
  Report report;
  report.machine.cores = 2;
  report.machine.cpu = "AMD EPYC";
  report.machine.ram_gib = 24;
  report.machine.kernel = "6.12.43";
  report.machine.qemu = "QEMU emulator version 10.0.8";
  report.machine.load = 0.5;
  report.stack = "trixie";
  report.began = 1700000000;
  report.seconds = 900;
  report.figures = {
      {"restore",
       "restore.assertion.median",
       "restore to the first assertion, median",
       "s",
       0.71,
       Limit::AtMost(1),
       {0.7, 0.71, 1.4}},
      {"restore", "restore.ratio", "boot / restore", "x", 12.04, Limit::AtLeast(20)},
      {"restore", "boot.virtme", "virtme-ng's boot", "s", std::nullopt, {}, {}, "not installed"},
      {"parallel", "parallel.ratio", "one at a time / side by side", "x", 1.9, {}, {}, "", true},
      {"set", "set.ratio.wall", "</script><b>virtual by real", "x", std::nullopt,
       Limit::AtLeast(8)}};
  report.set.cases = {{"Failover.Long", 20, 100}, {"Failover.Short", 5, 50}};
  report.set.wall_seconds = 15.5;
  report.set.jobs = 2;
  report.failures = {"down: talk to the lab VM: <it> ended"};
  return report;
}

}  // namespace dualpath::bench
