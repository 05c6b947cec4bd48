#include "helpers/lab/image/prune_images.h"

#include <boost/algorithm/string/predicate.hpp>
#include <set>

#include "helpers/base/file.h"
#include "helpers/lab/image/built_image.h"
#include "helpers/lab/image/recipe.h"

namespace dualpath::lab {
namespace {

constexpr char kImageOfSnapshot[] = "/image";

/// The names of entries that the recipes refer to.
Result<std::set<std::string>> Current() {
  DUALPATH_TRY(const std::string qemu, QemuKey());
  std::set<std::string> names = {std::string(kQemuKind) + "-" + qemu};
  for (const std::string& stack : KnownStacks()) {
    DUALPATH_TRY(const std::string image, ImageKey(stack));
    names.insert(std::string(kImageKind) + "-" + image);
  }
  return names;
}

bool IsOf(const std::string& kind, const Cache::Listed& entry) {
  return boost::starts_with(entry.name, kind + "-");
}

/// Returns why an image is to be removed although a recipe refers to it; empty: it stays.
std::string WhyRemove(const Result<BuiltImage>& image, const PruneOptions& options) {
  if (!image.ok()) return image.error().ToString();
  const int days = AgeInDays(*image, options.now);
  return days > options.older_than_days ? std::to_string(days) + " days old" : "";
}

}  // namespace

Status RecordImageOf(const std::string& directory, const std::string& image_key) {
  return WriteFileAtomically(directory + kImageOfSnapshot, image_key + "\n");
}

Result<std::vector<Pruned>> PruneImages(const Cache& cache, const PruneOptions& options) {
  DUALPATH_TRY(const std::set<std::string> current, Current());
  const std::vector<Cache::Listed> entries = cache.List();
  std::vector<Pruned> pruned;
  const auto remove = [&](const Cache::Listed& entry, const std::string& why) {
    pruned.push_back({entry.name, why, entry.bytes, cache.RemoveUnused(entry)});
    return pruned.back().removed;
  };
  std::set<std::string> left;
  for (const Cache::Listed& entry : entries) {
    if (!IsOf(kImageKind, entry) && !IsOf(kQemuKind, entry)) continue;
    const auto image = ReadBuiltImage(entry.directory);
    std::string why;
    if (current.count(entry.name) == 0) {
      why = "no recipe refers to it";
    } else if (IsOf(kImageKind, entry)) {
      why = WhyRemove(image, options);
    }
    const bool removed = !why.empty() && remove(entry, why);
    if (!removed && image.ok()) left.insert(image->key);
  }
  for (const Cache::Listed& entry : entries) {
    const auto key = ReadAttribute(entry.directory + kImageOfSnapshot);
    if (key.ok() && left.count(*key) == 0)
      remove(entry, "a snapshot of " + *key + ", which is gone");
  }
  return pruned;
}

}  // namespace dualpath::lab
