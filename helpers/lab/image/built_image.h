#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

/// Kinds of cache entries.
constexpr char kImageKind[] = "image";
constexpr char kQemuKind[] = "qemu";
constexpr char kDerivedKind[] = "derived";  ///< images with the user's own parts

/// The packages whose versions decide what a case sees.
constexpr std::array<const char*, 4> kPackagesThatMatter = {
    "linux-image-amd64", "multipath-tools", "qemu-system-x86", "libvirt-daemon-system"};

/// An image older than this is reported when it is used.
constexpr int kMostDays = 30;

/// An image in the cache, as images/lab/build or images/lab/derive left it.
struct BuiltImage {
  std::string directory;
  std::string stack;
  std::string key;          ///< Image::key
  std::time_t built = 0;    ///< time of the build
  std::uint64_t bytes = 0;  ///< on disk; not of `ReadBuiltImage`
  /// Versions of all its Debian packages; of those that the user replaced (own.h), what the
  /// programs print, with "+own", and the kernel's release.
  std::map<std::string, std::string> packages;

  /// Returns the version of a package, or "-".
  std::string VersionOf(const std::string& package) const;
};

/// Returns what the image in `directory` is.
Result<BuiltImage> ReadBuiltImage(const std::string& directory);

/// Returns the image of the stack's current recipe, if it is built.
Result<std::optional<BuiltImage>> FindImage(const Cache& cache, const std::string& stack);

/// Returns all images with the user's own parts, sorted by stack.
std::vector<BuiltImage> DerivedImages(const Cache& cache);

int AgeInDays(const BuiltImage& image, std::time_t now);

}  // namespace dualpath::lab
