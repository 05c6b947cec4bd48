#pragma once

#include <ctime>
#include <filesystem>
#include <string>

#include "helpers/base/file.h"
#include "helpers/lab/image/built_image.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/recipe.h"

namespace dualpath::lab {

constexpr char kFakePackages[] =
    "libvirt-daemon-system\t11.3.0-3\n"
    "libc6:amd64\t2.41-12\n"
    "linux-image-amd64\t6.12.57-1\n"
    "multipath-tools\t0.11.1-2\n"
    "qemu-system-x86\t1:10.0.13+ds-0+deb13u1\n";

/// For tests: puts an image in the cache as if images/lab/build had built it; `recipe` is its key
/// there.
inline Result<Cache::Entry> AddFakeImage(const Cache& cache, const std::string& recipe) {
  return cache.Get(kImageKind, recipe, 0, [](const std::string& directory) -> Status {
    DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/packages", kFakePackages));
    return WriteFileAtomically(directory + "/id", "0123456789ab\n");
  });
}

/// Makes the image older.
inline void Age(const Cache::Entry& image, int days) {
  std::filesystem::last_write_time(image.File("id"), std::filesystem::file_time_type::clock::now() -
                                                         std::chrono::hours(24) * days);
}

}  // namespace dualpath::lab
