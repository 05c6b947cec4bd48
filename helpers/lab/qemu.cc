#include "helpers/lab/qemu.h"

#include <cstdlib>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"

namespace dualpath::lab {
namespace {

/// Returns DUALPATH_QEMU, or an empty string.
std::string OtherProgram() {
  const char* program = std::getenv("DUALPATH_QEMU");
  return program == nullptr ? "" : program;
}

}  // namespace

process::Command QemuCommand(const std::string& directory) {
  process::Command command;
  if (const std::string other = OtherProgram(); !other.empty()) {
    command.argv = {other};
    return command;
  }
  command.argv = {directory + "/ld-linux-x86-64.so.2",
                  "--library-path",
                  directory,
                  directory + "/qemu-system-x86_64",
                  "-L",
                  directory};
  // QEMU's default is the directory of its package, on this machine.
  command.environment = {{"QEMU_MODULE_DIR", directory}};
  return command;
}

Result<std::string> QemuVersion(const std::string& directory) {
  // images/lab/build has written the version of the image's QEMU there.
  if (OtherProgram().empty()) return ReadAttribute(directory + "/version");
  process::Command command = QemuCommand(directory);
  command.argv.emplace_back("--version");
  DUALPATH_TRY(const std::string text,
               process::ExecuteChecked(command, Deadline::In(std::chrono::seconds(30))));
  return text.substr(0, text.find('\n'));
}

}  // namespace dualpath::lab
