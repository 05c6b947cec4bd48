#include "helpers/process/own_programs.h"

#include <filesystem>

namespace dualpath::process {

std::string OwnDirectory() {
  std::error_code ec;
  return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path().string();
}

std::string RigProgram() { return OwnDirectory() + "/dualpath-rig"; }

std::string GuestAgent() { return OwnDirectory() + "/dualpath-guest-agent"; }

std::string ShellTerminal() { return OwnDirectory() + "/dualpath-terminal"; }

std::string DefaultResults() { return OwnDirectory() + "/../results"; }

}  // namespace dualpath::process
