#include "helpers/guest/initramfs.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/guest/decompress.h"
#include "helpers/process/process.h"

namespace dualpath::guest {
namespace {

constexpr char kModuleList[] = "modules.list";  // read by images/guest/agent/main.cc
constexpr char kSignatureMarker[] = "~Module signature appended~\n";
// struct module_signature in the kernel's include/linux/module_signature.h: 12 bytes, of which the
// last four are the big-endian length of the signature before it.
constexpr std::size_t kSignatureInfoBytes = 12;

/// "sd_mod.ko" for ".../sd_mod.ko.xz".
std::string PlainName(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  const std::size_t suffix = name.rfind(".ko");
  return suffix == std::string::npos ? name : name.substr(0, suffix + 3);
}

std::string RunningRelease() {
  utsname names{};
  return ::uname(&names) == 0 ? names.release : "";
}

Result<std::string> ShowDepends(const InitramfsOptions& options, Deadline deadline) {
  const std::string release =
      options.kernel_release.empty() ? RunningRelease() : options.kernel_release;
  process::Command command{{"modprobe", "-d", options.root, "-S", release, "-a", "--show-depends"}};
  command.argv.insert(command.argv.end(), options.modules.begin(), options.modules.end());
  return process::ExecuteChecked(command, deadline);
}

Status WriteExecutable(const std::string& path, const std::string& content) {
  DUALPATH_TRY_STATUS(WriteFileAtomically(path, content));
  if (::chmod(path.c_str(), 0755) != 0) return Error::FromErrno("make executable", path, errno);
  return Ok{};
}

}  // namespace

Result<std::vector<std::string>> ParseShowDepends(const std::string& text) {
  std::vector<std::string> files;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string verb;
    std::string object;
    words >> verb >> object;
    if (verb.empty() || verb == "builtin") continue;
    if (verb != "insmod" || object.empty()) {
      return Error::Because("resolve modules", line,
                            "not a plain module load (insmod FILE), the only kind that the "
                            "guest's agent supports");
    }
    if (std::find(files.begin(), files.end(), object) == files.end()) files.push_back(object);
  }
  return files;
}

std::string WithoutSignature(const std::string& module) {
  const std::size_t marker_bytes = sizeof(kSignatureMarker) - 1;
  const std::size_t trailer = marker_bytes + kSignatureInfoBytes;
  if (module.size() < trailer ||
      module.compare(module.size() - marker_bytes, marker_bytes, kSignatureMarker) != 0) {
    return module;
  }
  const std::size_t length_at = module.size() - marker_bytes - 4;
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    length = length << 8 | static_cast<unsigned char>(module[length_at + i]);
  }
  if (length > module.size() - trailer) return module;
  return module.substr(0, module.size() - trailer - length);
}

Status BuildInitramfs(const InitramfsOptions& options, Deadline deadline) {
  DUALPATH_TRY(const TemporaryDirectory staging, TemporaryDirectory::Create());
  const std::string into = staging.path() + "/root/";
  DUALPATH_TRY(const std::string agent, ReadFile(options.agent_path));
  DUALPATH_TRY_STATUS(WriteExecutable(into + "init", agent));

  DUALPATH_TRY(const std::string depends, ShowDepends(options, deadline));
  DUALPATH_TRY(const std::vector<std::string> modules, ParseShowDepends(depends));
  std::string members = std::string("init\n") + kModuleList + "\n";
  std::string module_list;
  for (const std::string& file : modules) {
    const std::string name = PlainName(file);
    DUALPATH_TRY(std::string module, ReadDecompressed(file, deadline));
    if (!options.keep_signatures) module = WithoutSignature(module);
    DUALPATH_TRY_STATUS(WriteFileAtomically(into + name, module));
    members += name + "\n";
    module_list += "/" + name + "\n";
  }
  DUALPATH_TRY_STATUS(WriteFileAtomically(into + kModuleList, module_list));

  // No device nodes, which would need root: the agent mounts devtmpfs.
  const process::Command pack{
      {"cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"}, members, staging.path() + "/root", {}};
  DUALPATH_TRY(const std::string archive, process::ExecuteChecked(pack, deadline));
  return WriteFileAtomically(options.output, archive);
}

}  // namespace dualpath::guest
