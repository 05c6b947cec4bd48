#pragma once

#include "ci/bench/figures.h"

namespace dualpath::bench {

/// Returns a figure of each kind, for tests.
inline Figures FakeFigures() {
  Figures figures;
  figures.machine.cores = 2;
  figures.machine.cpu = "AMD EPYC";
  figures.machine.ram_gib = 24;
  figures.machine.kernel = "6.12.43";
  figures.machine.qemu = "QEMU emulator version 10.0.8";
  figures.machine.load = 0.5;
  figures.stack = "trixie";
  figures.began = 1700000000;
  figures.seconds = 900;
  figures.all = {
      {"restore",
       "restore.assertion.median",
       "restore to the first assertion, median",
       "s",
       0.71,
       Limit::AtMost(1),
       {0.7, 0.71, 1.4}},
      {"restore", "restore.ratio", "boot / restore", "x", 12.04, Limit::AtLeast(20)},
      {"restore", "boot.virtme", "virtme-ng's boot", "s", std::nullopt, {}, {}, "not installed"},
      {"parallel", "parallel.ratio", "one at a time / concurrently", "x", 1.9, {}, {}, "", true},
      {"set", "set.ratio.wall", "</script><b>virtual by real", "x", std::nullopt,
       Limit::AtLeast(8)}};
  figures.set.cases = {{"Failover.Long", 20, 100}, {"Failover.Short", 5, 50}};
  figures.set.wall_seconds = 15.5;
  figures.set.jobs = 2;
  figures.failures = {"down: talk to the lab VM: <it> ended"};
  return figures;
}

}  // namespace dualpath::bench
