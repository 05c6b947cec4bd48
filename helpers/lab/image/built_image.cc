#include "helpers/lab/image/built_image.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/lab/image/recipe.h"

namespace dualpath::lab {
namespace {

constexpr int kSecondsOfDay = 24 * 60 * 60;

}  // namespace

std::string BuiltImage::VersionOf(const std::string& package) const {
  const auto found = packages.find(package);
  return found == packages.end() ? "-" : found->second;
}

Result<BuiltImage> ReadBuiltImage(const std::string& directory) {
  // The build writes this file last. Using an entry changes the time of its directory only.
  const std::string id_file = directory + "/id";
  struct stat info = {};
  if (::stat(id_file.c_str(), &info) != 0)
    return Error::FromErrno("find the image's build time", id_file, errno);
  DUALPATH_TRY(const std::string id, ReadAttribute(id_file));
  DUALPATH_TRY(const std::string packages, ReadFile(directory + "/packages"));
  BuiltImage image;
  image.directory = directory;
  image.built = info.st_mtime;
  // "image-STACK-DIGEST", and a stack may have a hyphen.
  const std::string recipe =
      std::filesystem::path(directory).filename().string().substr(sizeof(kImageKind));
  image.stack = recipe.substr(0, recipe.rfind('-'));
  image.key = recipe + "-" + id;
  std::istringstream lines(packages);
  for (std::string package, version; lines >> package >> version;) {
    image.packages.emplace(package.substr(0, package.find(':')), version);
  }
  return image;
}

Result<std::optional<BuiltImage>> FindImage(const Cache& cache, const std::string& stack) {
  DUALPATH_TRY(const std::string key, ImageKey(stack));
  const std::optional<Cache::Listed> listed = cache.Find(kImageKind, key);
  if (!listed) return std::optional<BuiltImage>();
  DUALPATH_TRY(BuiltImage image, ReadBuiltImage(listed->directory));
  image.bytes = listed->bytes;
  return std::optional<BuiltImage>(std::move(image));
}

int AgeInDays(const BuiltImage& image, std::time_t now) {
  return static_cast<int>((now - image.built) / kSecondsOfDay);
}

}  // namespace dualpath::lab
