#include "helpers/lab/image/image.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/lab/image/digest.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::lab {
namespace {

constexpr char kRecipes[] = DUALPATH_LAB_RECIPES;
constexpr std::uint64_t kBytesToBuild = std::uint64_t{4}
                                        << 30;  // file tree and two copies of the image
// Real time, since there is no VM: one minute on a quiet machine with a fast mirror, forty under a
// load of 40. apt gives up a mirror by itself.
constexpr std::chrono::hours kLongestBuild{4};

Result<std::string> RecipeDigest(const std::string& stack) {
  const std::string recipes = kRecipes;
  DUALPATH_TRY(const std::string overlay, DigestOfTree(recipes + "/overlay"));
  DUALPATH_TRY(
      const std::vector<std::string> files,
      DigestsOfFiles({recipes + "/build", recipes + "/customize", recipes + "/idle.asl",
                      recipes + "/make-initramfs", recipes + "/masked-units", recipes + "/slim",
                      recipes + "/take-qemu", recipes + "/stacks/" + stack}));
  std::string all = overlay;
  for (const std::string& digest : files) all += digest;
  return DigestOfText(all);
}

}  // namespace

std::vector<std::string> KnownStacks() {
  std::vector<std::string> stacks;
  std::error_code ec;
  for (const auto& recipe :
       std::filesystem::directory_iterator(std::string(kRecipes) + "/stacks", ec)) {
    stacks.push_back(recipe.path().filename().string());
  }
  std::sort(stacks.begin(), stacks.end());
  return stacks;
}

Result<Image> GetImage(const Cache& cache, const std::string& stack, Accelerator accelerator) {
  const std::vector<std::string> known = KnownStacks();
  if (std::find(known.begin(), known.end(), stack) == known.end()) {
    return Error::Because("build the lab image", "stack " + stack,
                          "no such stack; available: " + boost::algorithm::join(known, ", "));
  }
  DUALPATH_TRY_STATUS(CheckAccelerator(accelerator));
  DUALPATH_TRY(const std::string digest, RecipeDigest(stack));
  const std::string recipe = stack + "-" + digest.substr(0, 12);
  DUALPATH_TRY(
      Cache::Entry entry,
      cache.Get("image", recipe, kBytesToBuild, [&](const std::string& directory) -> Status {
        const process::Stage stage("build the lab image of the stack " + stack +
                                   " from Debian packages");
        const auto built = process::ExecuteChecked(
            {{std::string(kRecipes) + "/build", stack, directory}}, Deadline::In(kLongestBuild));
        if (built.ok()) return Ok{};
        process::StopIfEnding();
        return built.error();
      }));
  DUALPATH_TRY(const std::string id, ReadAttribute(entry.File("id")));
  return Image{std::move(entry), recipe + "-" + id, accelerator};
}

}  // namespace dualpath::lab
