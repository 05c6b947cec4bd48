#include "helpers/lab/image/image.h"

#include <spdlog/spdlog.h>

#include <ctime>

#include "helpers/base/file.h"
#include "helpers/lab/image/built_image.h"
#include "helpers/lab/image/derived_image.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

using std::chrono::seconds;

// File tree and two copies of the image; or QEMU's packages, unpacked.
constexpr std::uint64_t kBytesToBuild = std::uint64_t{4} << 30;
constexpr std::uint64_t kBytesToBuildQemu = std::uint64_t{1} << 30;
// Real time, since there is no VM: one minute on a quiet machine with a fast mirror, forty under a
// load of 40. apt gives up a mirror by itself.
constexpr std::chrono::hours kLongestBuild{4};
constexpr seconds kUsualBuild{120};
constexpr seconds kUsualUnpack{15};

/// Returns a builder that runs a script of images/lab with `words` and the directory.
Cache::Builder Runs(std::vector<std::string> words, const std::string& what, seconds usual) {
  words.front() = RecipeFile(words.front());
  return [words, what, usual](const std::string& directory) -> Status {
    const process::Stage stage(what, usual);
    std::vector<std::string> argv = words;
    argv.push_back(directory);
    const auto built = process::ExecuteChecked({argv}, Deadline::In(kLongestBuild));
    if (built.ok()) return Ok{};
    process::StopIfEnding();
    return built.error();
  };
}

Cache::Builder BuildsImage(const std::string& stack) {
  return Runs({"build", stack},
              "build the lab image of the stack " + stack + " from Debian packages", kUsualBuild);
}

}  // namespace

Result<Image> GetImage(const Cache& cache, const std::string& stack, Accelerator accelerator,
                       const Own& own) {
  DUALPATH_TRY(const std::string recipe, ImageKey(stack));
  DUALPATH_TRY_STATUS(CheckAccelerator(accelerator));
  DUALPATH_TRY(Cache::Entry entry,
               cache.Get(kImageKind, recipe, kBytesToBuild, BuildsImage(stack)));
  DUALPATH_TRY(const std::string qemu_key, QemuKey());
  DUALPATH_TRY(Cache::Entry qemu,
               cache.Get(kQemuKind, qemu_key, kBytesToBuildQemu,
                         Runs({"build-qemu"}, "unpack the lab's QEMU", kUsualUnpack)));
  DUALPATH_TRY(BuiltImage built, ReadBuiltImage(entry.directory()));
  const int days = AgeInDays(built, std::time(nullptr));
  if (days > kMostDays) {
    spdlog::warn("the image of {} is {} days old; `dualpath image build {} --refresh` renews it",
                 stack, days, stack);
  }
  if (own.ChangesImage()) {
    DUALPATH_TRY(Cache::Entry derived, GetDerivedImage(cache, built, own));
    entry = std::move(derived);
    DUALPATH_TRY(built, ReadBuiltImage(entry.directory()));
  }
  return Image{std::move(entry), std::move(qemu), built.key, accelerator, own.append};
}

Status RefreshImage(const Cache& cache, const std::string& stack) {
  DUALPATH_TRY(const std::string recipe, ImageKey(stack));
  return cache.Rebuild(kImageKind, recipe, kBytesToBuild, BuildsImage(stack));
}

}  // namespace dualpath::lab
