#include "helpers/lab/image/derived_image.h"

#include <spdlog/spdlog.h>

#include <boost/algorithm/string/predicate.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/digest.h"
#include "helpers/lab/image/overlay.h"
#include "helpers/lab/image/own_kernel.h"
#include "helpers/lab/image/recipe.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The base's root as files, its disk and the new one; a .deb's modules, unpacked.
constexpr std::uint64_t kBytesToDerive = std::uint64_t{3} << 30;
// Real time, as for a stack's image: half a minute on a quiet machine.
constexpr std::chrono::hours kLongestDerivation{2};
constexpr char kDerivation[] = "/own.json";

Status WriteDerivation(const std::string& directory, const BuiltImage& base, const Own& own) {
  const Own absolute = WithAbsoluteNames(own);
  const json derivation = {
      {"base", base.key}, {"kernel", absolute.kernel}, {"overlays", absolute.overlays}};
  return WriteFileAtomically(directory + kDerivation,
                             derivation.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

Status StageOwnKernel(const std::string& path, const std::string& staging) {
  std::string where = path;
  const std::string unpacked = staging + "/deb";
  std::error_code ec;
  if (IsDebianPackage(path)) {
    fs::create_directories(unpacked, ec);
    if (ec) return Error::FromErrno("use the kernel", unpacked, ec.value());
    const Status opened = UnpackArchive(path, unpacked);
    if (!opened.ok()) return Error::Because("use the kernel", path, opened.error().reason());
    where = unpacked;
  }
  const auto kernel = FindKernel(where);
  if (!kernel.ok() && where != path) {
    return Error::Because("use the kernel", path,
                          "it does not have both a kernel and its modules, as Debian's "
                          "linux-image-RELEASE and those of `make bindeb-pkg` do");
  }
  if (!kernel.ok()) return kernel.error();
  const Status checked = CheckKernel(*kernel);
  if (!checked.ok()) return Error::Because("use the kernel", path, checked.error().reason());
  DUALPATH_TRY_STATUS(StageKernel(*kernel, staging + "/own/kernel", where != path));
  fs::remove_all(unpacked, ec);
  return Ok{};
}

Status Stage(const Own& own, const std::string& staging) {
  std::error_code ec;
  fs::create_directories(staging + "/own", ec);
  if (ec) return Error::FromErrno("create directory", staging + "/own", ec.value());
  if (!own.kernel.empty()) DUALPATH_TRY_STATUS(StageOwnKernel(own.kernel, staging));
  for (std::size_t i = 0; i < own.overlays.size(); ++i) {
    // lay-over takes them in the order of their names.
    std::string number = std::to_string(i + 1);
    number.insert(0, 4 - std::min<std::size_t>(number.size(), 4), '0');
    DUALPATH_TRY_STATUS(StageOverlay(own.overlays[i], staging + "/own/overlay-" + number + ".tar"));
  }
  return Ok{};
}

/// Returns the reason in a script's error, which quotes its output: the last line is the message.
Error ReasonOf(const Error& error, const Own& own) {
  std::string object = own.kernel;
  for (const std::string& overlay : own.overlays) object += (object.empty() ? "" : ", ") + overlay;
  std::string reason = error.reason();
  const std::size_t message = reason.rfind("overlay: ");
  if (message != std::string::npos) reason = reason.substr(message + sizeof("overlay: ") - 1);
  if (reason.find("No space left") != std::string::npos)
    reason += "; free some, or set DUALPATH_CACHE to another file system. Nothing was kept";
  return Error::Because("make the lab's image", object, reason);
}

Status Derive(const BuiltImage& base, const Own& own, const std::string& directory) {
  const process::Stage stage("make the lab image of " + base.stack + " with your own parts");
  // Beside the entry, which would otherwise contain it.
  DUALPATH_TRY(const TemporaryDirectory staging,
               TemporaryDirectory::Create(fs::path(directory).parent_path().string()));
  const Status staged = Stage(own, staging.path());
  if (!staged.ok()) {
    process::StopIfEnding();
    return staged.error().reason().find("No space left") == std::string::npos
               ? staged.error()
               : ReasonOf(staged.error(), own);
  }
  const auto derived = process::ExecuteChecked(
      {{RecipeFile("derive"), base.directory, staging.path() + "/own", directory}},
      Deadline::In(kLongestDerivation));
  if (!derived.ok()) {
    process::StopIfEnding();
    return ReasonOf(derived.error(), own);
  }
  DUALPATH_TRY(const std::string notes, ReadFile(directory + "/notes"));
  std::istringstream lines(notes);
  for (std::string line; std::getline(lines, line);) spdlog::warn("{}", line);
  return WriteDerivation(directory, base, own);
}

}  // namespace

Result<std::string> DerivedKey(const Cache& cache, const BuiltImage& base, const Own& own) {
  DUALPATH_TRY(const std::string contents, DigestOfOwn(cache, own));
  DUALPATH_TRY(const std::string scripts, DerivationRecipe());
  DUALPATH_TRY(const std::string key, KeyOfText(base.key + '\n' + contents + '\n' + scripts));
  return base.stack + "-" + key;
}

Result<Cache::Entry> GetDerivedImage(const Cache& cache, const BuiltImage& base, const Own& own) {
  DUALPATH_TRY(const std::string key, DerivedKey(cache, base, own));
  return cache.Get(kDerivedKind, key, kBytesToDerive, [&](const std::string& directory) -> Status {
    DUALPATH_TRY_STATUS(Derive(base, own, directory));
    DUALPATH_TRY(const std::string now, DerivedKey(cache, base, own));
    if (now == key) return Ok{};
    return Error::Because("make the lab's image", own.kernel,
                          "the files changed in the meantime (is a build running?): try again");
  });
}

Result<Derivation> ReadDerivation(const std::string& directory) {
  const std::string file = directory + kDerivation;
  DUALPATH_TRY(const std::string text, ReadFile(file));
  const json read = json::parse(text, nullptr, false);
  const auto damaged = [&] { return Error::Because("read what the image is", file, "damaged"); };
  if (!read.is_object()) return damaged();
  Derivation derivation;
  for (const auto& [name, to] :
       {std::pair("base", &derivation.base_key), std::pair("kernel", &derivation.own.kernel)}) {
    const json value = read.value(name, json());
    if (!value.is_string()) return damaged();
    *to = value.get<std::string>();
  }
  for (const json& overlay : read.value("overlays", json::array())) {
    if (!overlay.is_string()) return damaged();
    derivation.own.overlays.push_back(overlay.get<std::string>());
  }
  return derivation;
}

}  // namespace dualpath::lab
