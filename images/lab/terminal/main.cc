// dualpath-terminal [--clock] COMMAND [ARG...]: runs a command on a pseudo-terminal that is
// connected to standard input and output, and exits with its exit code. With --clock, writes
// `clock` lines to the control port (helpers/lab/protocol.h), by which `dualpath shell` keeps the
// VM's clock at pace.

#include <fcntl.h>

#include <cstdio>
#include <string>
#include <vector>

#include "helpers/lab/protocol.h"
#include "images/lab/terminal/terminal.h"

int main(int argc, char** argv) {
  std::vector<std::string> command(argv + 1, argv + argc);
  dualpath::terminal::Streams streams;
  streams.input = 0;
  streams.output = 1;
  ::fcntl(dualpath::lab::protocol::kControlPort, F_SETFD, FD_CLOEXEC);  // not for the command
  if (!command.empty() && command.front() == "--clock") {
    command.erase(command.begin());
    streams.clock = dualpath::lab::protocol::kControlPort;
  }
  if (command.empty()) {
    std::fputs("usage: dualpath-terminal [--clock] COMMAND [ARG...]\n", stderr);
    return 2;
  }
  auto terminal = dualpath::terminal::Terminal::Start(command);
  const auto code = terminal.ok() ? terminal->Run(streams) : terminal.error();
  if (code.ok()) return *code;
  std::fprintf(stderr, "dualpath-terminal: %s\n", code.error().ToString().c_str());
  return 1;
}
