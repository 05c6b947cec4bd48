#include "helpers/process/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "helpers/base/exit_code.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"
#include "helpers/process/terminal.h"

namespace dualpath::process {
namespace {

std::atomic<bool> ending{false};

}  // namespace

void EndInOrderOnSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A thread, because a signal handler may not call most functions.
  std::thread([signals] {
    int number = 0;
    sigwait(&signals, &number);
    ending = true;
    RestoreTerminalForGood();
    ClearProgress();
    TerminateAllGroups();
    RemoveTemporaryDirectories();
    std::fprintf(stderr, "dualpath: interrupted (%s); all its processes have been ended\n",
                 ::strsignal(number));
    ::_exit(kInfrastructure);
  }).detach();
}

void StopIfEnding() {
  while (ending) ::pause();
}

}  // namespace dualpath::process
