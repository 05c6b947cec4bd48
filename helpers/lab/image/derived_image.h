#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/image/built_image.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/own.h"

namespace dualpath::lab {

/// Returns the cache key of the image made from `base`, a stack's image, with the user's own kernel
/// and overlays: "STACK-" and a digest of the base's key, the contents of `own` and the scripts.
Result<std::string> DerivedKey(const Cache& cache, const BuiltImage& base, const Own& own);

/// Returns the image made from `base` with the user's own kernel and overlays, made by
/// images/lab/derive unless it is in the cache. The `Error` says what is wrong with them.
Result<Cache::Entry> GetDerivedImage(const Cache& cache, const BuiltImage& base, const Own& own);

/// Returns what the image was derived from; its base is the image with the key `base_key`.
struct Derivation {
  std::string base_key;
  Own own;  ///< files as they were named, made absolute
};
Result<Derivation> ReadDerivation(const std::string& directory);

}  // namespace dualpath::lab
