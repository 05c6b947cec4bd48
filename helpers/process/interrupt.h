#pragma once

namespace dualpath::process {

/// From now on SIGINT, SIGTERM and SIGHUP end the program in order: its terminal is put back,
/// every process that it started is ended, its temporary directories are removed, one line says so,
/// and it exits with `kInfrastructure`. Call it first thing in main(), before any thread is
/// started.
void EndInOrderOnSignals();

/// Does not return once that has begun: what fails then has failed because of it.
void StopIfEnding();

}  // namespace dualpath::process
