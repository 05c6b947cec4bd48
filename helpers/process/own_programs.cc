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

std::string DualpathCommand() {
  std::error_code ec;
  return FromHere(OwnDirectory() + "/dualpath", std::filesystem::current_path(ec).string());
}

std::string DefaultResults() {
  std::error_code ec;
  const auto build = std::filesystem::path(OwnDirectory()).parent_path();
  return FromHere((build / "results").string(), std::filesystem::current_path(ec).string());
}

std::string FromHere(const std::string& file, const std::string& here) {
  const std::string below = here + (here == "/" ? "" : "/");
  const bool is_below = !here.empty() && file.compare(0, below.size(), below) == 0;
  return is_below ? file.substr(below.size()) : file;
}

}  // namespace dualpath::process
