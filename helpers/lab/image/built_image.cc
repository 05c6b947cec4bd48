#include "helpers/lab/image/built_image.h"

#include <sys/stat.h>

#include <boost/algorithm/string/predicate.hpp>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/lab/image/recipe.h"

namespace dualpath::lab {
namespace {

constexpr int kSecondsOfDay = 24 * 60 * 60;

/// Adds packages that are not in `to`. A line is "libc6:amd64<tab>2.41-12".
void AddVersions(const std::string& text, std::map<std::string, std::string>& to) {
  std::istringstream lines(text);
  for (std::string package, version; lines >> package >> version;) {
    to.emplace(package.substr(0, package.find(':')), version);
  }
}

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
  // "KIND-STACK-DIGEST", and a stack may have a hyphen.
  const std::string name = std::filesystem::path(directory).filename().string();
  const std::string recipe = name.substr(name.find('-') + 1);
  image.stack = recipe.substr(0, recipe.rfind('-'));
  image.key = recipe + "-" + id;
  // Only an image with the user's own parts has it.
  const auto own = ReadFile(directory + "/versions");
  if (own.ok()) AddVersions(*own, image.packages);
  AddVersions(packages, image.packages);
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

std::vector<BuiltImage> DerivedImages(const Cache& cache) {
  std::vector<BuiltImage> images;
  for (const Cache::Listed& listed : cache.List()) {
    if (!boost::starts_with(listed.name, std::string(kDerivedKind) + "-")) continue;
    auto image = ReadBuiltImage(listed.directory);
    if (!image.ok()) continue;
    image->bytes = listed.bytes;
    images.push_back(std::move(*image));
  }
  return images;
}

int AgeInDays(const BuiltImage& image, std::time_t now) {
  return static_cast<int>((now - image.built) / kSecondsOfDay);
}

}  // namespace dualpath::lab
