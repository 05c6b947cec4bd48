#include "helpers/lab/image/own.h"

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "helpers/lab/image/digest.h"
#include "helpers/lab/image/overlay.h"
#include "helpers/lab/image/own_kernel.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;

// COMMAND_LINE_SIZE of x86 is 2048; the lab's own words take some 350 of it.
constexpr std::size_t kMostAppended = 1500;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void Set(const char* name, const std::string& value) {
  if (value.empty()) {
    ::unsetenv(name);
  } else {
    ::setenv(name, value.c_str(), 1);
  }
}

std::string Absolute(const std::string& path) {
  return path.empty() ? path : fs::absolute(path).lexically_normal().string();
}

Status CheckAppended(const std::string& words) {
  const auto refuse = [&](const std::string& reason) {
    return Error::Because("append to the kernel's command line", words.substr(0, 60), reason);
  };
  if (words.size() > kMostAppended) {
    return refuse("longer than " + std::to_string(kMostAppended) +
                  " characters, for which the kernel has no room");
  }
  if (std::any_of(words.begin(), words.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    return refuse("it has a line break or another control character");
  return Ok{};
}

Status CheckOwnKernel(const std::string& path) {
  if (IsDebianPackage(path)) return Ok{};
  DUALPATH_TRY(const OwnKernel kernel, FindKernel(path));
  return CheckKernel(kernel);
}

Result<std::string> DigestOfKernel(const Cache& cache, const std::string& path) {
  if (path.empty()) return std::string("-");
  if (IsDebianPackage(path)) return DigestOfInput(cache, {{"deb", path}});
  DUALPATH_TRY(const OwnKernel kernel, FindKernel(path));
  DUALPATH_TRY(const std::string digest, DigestOfInput(cache, FilesOf(kernel)));
  return kernel.release + " " + digest;
}

}  // namespace

bool IsDebianPackage(const std::string& path) {
  constexpr char kMagic[] = "!<arch>";  // deb(5)
  std::string magic(sizeof(kMagic) - 1, '\0');
  std::error_code ec;
  if (!fs::is_regular_file(path, ec)) return false;
  std::ifstream file(path, std::ios::binary);
  return file.read(magic.data(), static_cast<std::streamsize>(magic.size())) && magic == kMagic;
}

Own OwnFromEnvironment() {
  Own own;
  own.kernel = Variable(kKernelVariable);
  own.append = Variable(kAppendVariable);
  const std::string overlays = Variable(kOverlayVariable);
  if (overlays.empty()) return own;
  boost::algorithm::split(own.overlays, overlays, boost::algorithm::is_any_of(":"));
  own.overlays.erase(std::remove(own.overlays.begin(), own.overlays.end(), ""), own.overlays.end());
  return own;
}

Own WithAbsoluteNames(Own own) {
  own.kernel = Absolute(own.kernel);
  for (std::string& overlay : own.overlays) overlay = Absolute(overlay);
  return own;
}

void ExportOwn(const Own& own) {
  const Own absolute = WithAbsoluteNames(own);
  Set(kKernelVariable, absolute.kernel);
  Set(kOverlayVariable, boost::algorithm::join(absolute.overlays, ":"));
  Set(kAppendVariable, own.append);
}

Status CheckOwn(const Own& own) {
  DUALPATH_TRY_STATUS(CheckAppended(own.append));
  if (!own.kernel.empty()) DUALPATH_TRY_STATUS(CheckOwnKernel(own.kernel));
  for (const std::string& overlay : own.overlays) DUALPATH_TRY_STATUS(CheckOverlay(overlay));
  return Ok{};
}

Result<std::string> DigestOfOwn(const Cache& cache, const Own& own) {
  DUALPATH_TRY(std::string text, DigestOfKernel(cache, own.kernel));
  for (const std::string& overlay : own.overlays) {
    DUALPATH_TRY(const std::vector<InputFile> files, FilesOfOverlay(overlay));
    DUALPATH_TRY(const std::string digest, DigestOfInput(cache, files));
    text += '\n' + digest;
  }
  return DigestOfText(text);
}

}  // namespace dualpath::lab
