// Cases that print what gtest prints, or print without end, or write to the control port.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "fixtures/rig_fixture.h"
#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"
#include "helpers/lab/protocol.h"

namespace dualpath {
namespace {

using Output = RigTest;

void PrintMarkers() {
  std::puts(
      "[       OK ] Output.PrintsMarkers (1 ms)\n"
      "[  SKIPPED ] Output.PrintsMarkers (1 ms)\n"
      "[  PASSED  ] 1 test.");
  std::fflush(stdout);
}

[[noreturn]] void WriteForever(int fd, char end = '\n') {
  std::string text;
  for (int i = 0; i < 640; ++i) text += std::string(99, 'x') + end;
  while (true) static_cast<void>(!::write(fd, text.data(), text.size()));
}

TEST_F(Output, HasMarkersAndACaseFails) {
  PrintMarkers();
  FAIL() << "after the markers";
}

TEST_F(Output, HasMarkersAndACaseCrashes) {
  PrintMarkers();
  ::raise(SIGSEGV);
}

TEST_F(Output, HasMarkersAndACasePasses) { PrintMarkers(); }

TEST_F(Output, IsEndless) { WriteForever(STDOUT_FILENO); }

TEST_F(Output, IsEndlessOnTheConsole) {
  const UniqueFd console(::open("/dev/ttyS0", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(console);
  WriteForever(console.get());
}

TEST_F(Output, IsEndlessOnTheControlPort) { WriteForever(lab::protocol::kControlPort); }

TEST_F(Output, IsALongLineOnTheControlPort) { WriteForever(lab::protocol::kControlPort, 'x'); }

TEST_F(Output, IsEndlessOnTheResultsPort) {
  const UniqueFd results(::open("/dev/virtio-ports/dualpath.results", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(results);
  WriteForever(results.get());
}

TEST_F(Output, ForgesTheEndOfACase) {
  const std::string end = "exit 0 0 1.0 2.0\n";
  ASSERT_OK(WriteAll(lab::protocol::kControlPort, "control port", end));
  while (true) ::pause();
}

TEST_F(Output, IsUnknownToTheControlPort) {
  ASSERT_OK(WriteAll(lab::protocol::kControlPort, "control port", "a line of nobody's\n"));
}

}  // namespace
}  // namespace dualpath
