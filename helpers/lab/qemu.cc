#include "helpers/lab/qemu.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <sstream>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"

namespace dualpath::lab {
namespace {

/// Returns DUALPATH_QEMU, or an empty string.
std::string OtherProgram() {
  const char* program = std::getenv("DUALPATH_QEMU");
  return program == nullptr ? "" : program;
}

/// `version` is "QEMU emulator version 8.2.0 ...".
bool HasFileMigration(const std::string& version) {
  constexpr std::pair<int, int> kSince{8, 2};
  std::istringstream words(
      version.substr(std::min(version.find_first_of("0123456789"), version.size())));
  std::pair<int, int> number;
  char dot = 0;
  return words >> number.first >> dot >> number.second && number >= kSince;
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

Result<QemuFeatures> FeaturesOfQemu(const std::string& directory) {
  if (OtherProgram().empty()) return QemuFeatures();
  static std::mutex mutex;
  static std::map<std::string, QemuFeatures> known;
  const std::lock_guard<std::mutex> guard(mutex);
  const auto found = known.find(OtherProgram());
  if (found != known.end()) return found->second;
  QemuFeatures features;
  process::Command command = QemuCommand(directory);
  // Options are parsed in their order: one that is not built in ends QEMU before it prints its
  // version.
  command.argv.insert(command.argv.end(), {"-sandbox", "on", "-version"});
  DUALPATH_TRY(const process::Output tried,
               process::Execute(command, Deadline::In(std::chrono::minutes(2))));
  features.sandbox = tried.exit.ok();
  DUALPATH_TRY(const std::string version, QemuVersion(directory));
  features.file_migration = HasFileMigration(version);
  if (!features.sandbox || !features.file_migration) {
    spdlog::warn("{} lacks {}: the lab VM is less confined", OtherProgram(),
                 features.sandbox ? "migration to files (QEMU 8.2)" : "-sandbox (libseccomp)");
  }
  known.emplace(OtherProgram(), features);
  return features;
}

Result<std::string> QemuVersion(const std::string& directory) {
  // images/lab/build-qemu has written the version there.
  if (OtherProgram().empty()) return ReadAttribute(directory + "/version");
  process::Command command = QemuCommand(directory);
  command.argv.emplace_back("--version");
  DUALPATH_TRY(const std::string text,
               process::ExecuteChecked(command, Deadline::In(std::chrono::seconds(30))));
  return text.substr(0, text.find('\n'));
}

}  // namespace dualpath::lab
