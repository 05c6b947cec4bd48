#include "helpers/guest/pr_helper.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "helpers/base/deadline.h"
#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::guest {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kEndBudget{10};

std::vector<std::string> Arguments(const std::string& command_line) {
  std::vector<std::string> arguments;
  for (std::size_t begin = 0; begin < command_line.size();) {
    const std::size_t end = std::min(command_line.find('\0', begin), command_line.size());
    arguments.push_back(command_line.substr(begin, end - begin));
    begin = end + 1;
  }
  return arguments;
}

/// Returns whether a socket is in libvirt's directory for the domain, ".../domain-1-NAME".
bool IsSocketOf(const std::string& domain, const fs::path& socket) {
  constexpr std::size_t kShortName = 20;  // libvirt truncates the domain's name in the directory's
  const std::string prefix = "domain-";
  const std::string directory = socket.parent_path().filename();
  if (directory.compare(0, prefix.size(), prefix) != 0) return false;
  const std::size_t dash = directory.find_first_not_of("0123456789", prefix.size());
  return dash != std::string::npos && dash > prefix.size() &&
         directory.substr(dash) == "-" + domain.substr(0, kShortName);
}

bool IsHelperOf(const std::string& domain, const std::vector<std::string>& arguments) {
  if (arguments.empty() || fs::path(arguments[0]).filename() != "qemu-pr-helper") return false;
  return std::any_of(arguments.begin() + 1, arguments.end(),
                     [&](const std::string& argument) { return IsSocketOf(domain, argument); });
}

}  // namespace

Result<std::vector<int>> PrHelper::Pids() const {
  std::vector<int> pids;
  std::error_code ec;
  for (fs::directory_iterator process(proc_, ec); !ec && process != fs::directory_iterator();
       process.increment(ec)) {
    const std::string name = process->path().filename();
    const auto pid = ParseWhole<int>(name);
    if (!pid) continue;
    // Processes may exit during the scan; a zombie has no command line.
    const auto command_line = ReadFile(process->path().string() + "/cmdline");
    if (command_line.ok() && IsHelperOf(domain_, Arguments(*command_line))) pids.push_back(*pid);
  }
  if (ec) return Error::FromErrno("list processes", proc_, ec.value());
  std::sort(pids.begin(), pids.end());
  return pids;
}

Status PrHelper::Signal(int number) const {
  const std::string operation = "send signal " + std::to_string(number) + " to qemu-pr-helper";
  DUALPATH_TRY(const std::vector<int> pids, Pids());
  if (pids.size() != 1) {
    return Error::Because(operation, domain_,
                          "libvirt runs " + std::to_string(pids.size()) + " for this domain");
  }
  if (::kill(pids[0], number) != 0) return Error::FromErrno(operation, domain_, errno);
  if (number != SIGKILL) return Ok{};
  return WaitUntil(operation, domain_, Deadline::In(kEndBudget), [&]() -> std::string {
    const auto now = Pids();
    if (!now.ok()) return now.error().ToString();
    const bool there = std::find(now->begin(), now->end(), pids[0]) != now->end();
    return there ? "process " + std::to_string(pids[0]) + " still runs" : "";
  });
}

Result<bool> SupportsMultipath(const std::string& program) {
  // A program linked with the library has its name in the dynamic section.
  DUALPATH_TRY(const std::string content, ReadFile(program));
  return content.find("libmpathpersist.so") != std::string::npos;
}

}  // namespace dualpath::guest
