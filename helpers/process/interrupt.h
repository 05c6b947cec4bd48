#pragma once

namespace dualpath::process {

/// Handles SIGINT, SIGTERM and SIGHUP: restores the terminal, ends all processes that the program
/// started, removes its temporary directories, prints a message and exits with `kInfrastructure`.
/// Call it first in main(), before any thread is started, since it blocks these signals.
void EndInOrderOnSignals();

/// Does not return after such a signal, which is then the cause of any failure.
void StopIfEnding();

}  // namespace dualpath::process
