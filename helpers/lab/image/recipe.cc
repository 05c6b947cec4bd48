#include "helpers/lab/image/recipe.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <filesystem>

#include "helpers/lab/image/digest.h"

namespace dualpath::lab {
namespace {

/// Returns the beginning of the digest of the recipe's `files` and `more`.
Result<std::string> DigestOfRecipe(const std::vector<std::string>& files,
                                   const std::string& more = "") {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const std::string& file : files) paths.push_back(RecipeFile(file));
  DUALPATH_TRY(const std::vector<std::string> digests, DigestsOfFiles(paths));
  std::string all = more;
  for (const std::string& digest : digests) all += digest;
  return KeyOfText(all);
}

}  // namespace

std::vector<std::string> KnownStacks() {
  std::vector<std::string> stacks;
  std::error_code ec;
  for (const auto& recipe : std::filesystem::directory_iterator(RecipeFile("stacks"), ec)) {
    stacks.push_back(recipe.path().filename().string());
  }
  std::sort(stacks.begin(), stacks.end());
  return stacks;
}

bool IsKnownStack(const std::string& stack) {
  const std::vector<std::string> known = KnownStacks();
  return std::find(known.begin(), known.end(), stack) != known.end();
}

std::string RecipeFile(const std::string& name) {
  return std::string(DUALPATH_LAB_RECIPES) + "/" + name;
}

Result<std::string> ImageKey(const std::string& stack) {
  if (!IsKnownStack(stack)) {
    return Error::Because(
        "find the lab image", "stack " + stack,
        "no such stack; available: " + boost::algorithm::join(KnownStacks(), ", "));
  }
  DUALPATH_TRY(const std::string overlay, DigestOfTree(RecipeFile("overlay")));
  DUALPATH_TRY(const std::string digest,
               DigestOfRecipe({"build", "customize", "debian-root", "idle.asl", "make-disk",
                               "make-initramfs", "masked-units", "slim", "stacks/" + stack},
                              overlay));
  return stack + "-" + digest;
}

Result<std::string> DerivationRecipe() {
  return DigestOfRecipe({"debian-root", "derive", "derive-root", "lay-over", "make-disk",
                         "make-initramfs", "slim", "take-root", "unpack-archive"});
}

Result<std::string> QemuKey() { return DigestOfRecipe({"build-qemu", "debian-root", "take-qemu"}); }

}  // namespace dualpath::lab
