#include "helpers/lab/image/prune_images.h"

#include <boost/algorithm/string/predicate.hpp>
#include <map>
#include <set>

#include "helpers/base/file.h"
#include "helpers/lab/image/built_image.h"
#include "helpers/lab/image/derived_image.h"
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

std::string WhyTooOld(const BuiltImage& image, const PruneOptions& options) {
  const int days = AgeInDays(image, options.now);
  return days > options.older_than_days ? std::to_string(days) + " days old" : "";
}

/// Returns why an image or QEMU is to be removed; empty: it stays.
std::string WhyRemove(const Cache::Listed& entry, const Result<BuiltImage>& image,
                      const std::set<std::string>& current, const PruneOptions& options) {
  if (current.count(entry.name) == 0) return "no recipe refers to it";
  if (!IsOf(kImageKind, entry)) return "";
  if (!image.ok()) return image.error().ToString();
  return WhyTooOld(*image, options);
}

/// Does the same for an image with the user's own parts; `left` has the stacks' images that stay.
std::string WhyRemoveDerived(const Cache& cache, const Cache::Listed& entry,
                             const std::map<std::string, BuiltImage>& left,
                             const PruneOptions& options) {
  const auto image = ReadBuiltImage(entry.directory);
  if (!image.ok()) return image.error().ToString();
  const auto derivation = ReadDerivation(entry.directory);
  if (!derivation.ok()) return derivation.error().ToString();
  const auto base = left.find(derivation->base_key);
  if (base == left.end()) return "derived from " + derivation->base_key + ", which is gone";
  const auto key = DerivedKey(cache, base->second, derivation->own);
  if (!key.ok()) return "its files are gone: " + key.error().ToString();
  if (entry.name != std::string(kDerivedKind) + "-" + *key) return "its files have changed";
  return WhyTooOld(*image, options);
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
  std::map<std::string, BuiltImage> left;  // by key
  for (const Cache::Listed& entry : entries) {
    if (!IsOf(kImageKind, entry) && !IsOf(kQemuKind, entry)) continue;
    const auto image = ReadBuiltImage(entry.directory);
    const std::string why = WhyRemove(entry, image, current, options);
    const bool removed = !why.empty() && remove(entry, why);
    if (!removed && image.ok()) left.emplace(image->key, *image);
  }
  const std::map<std::string, BuiltImage> bases = left;
  for (const Cache::Listed& entry : entries) {
    if (!IsOf(kDerivedKind, entry)) continue;
    const auto image = ReadBuiltImage(entry.directory);
    const std::string why = WhyRemoveDerived(cache, entry, bases, options);
    const bool removed = !why.empty() && remove(entry, why);
    if (!removed && image.ok()) left.emplace(image->key, *image);
  }
  for (const Cache::Listed& entry : entries) {
    const auto key = ReadAttribute(entry.directory + kImageOfSnapshot);
    if (key.ok() && left.count(*key) == 0)
      remove(entry, "a snapshot of " + *key + ", which is gone");
  }
  return pruned;
}

}  // namespace dualpath::lab
