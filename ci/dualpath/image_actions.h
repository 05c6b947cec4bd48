#pragma once

#include <ctime>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/own.h"
#include "helpers/lab/image/prune_images.h"

namespace dualpath::cli {

/// Prints a line for each known stack: whether it is built, the versions of the four programs that
/// matter, age, size and key; then a line for each image with the user's own parts.
Status ListImages(const lab::Cache& cache, std::time_t now, std::ostream& out);

/// Prints the image of a stack, or with the user's own parts by its key: file name, key, time of
/// the build, and versions of the packages that matter. It is an `Error` if it is not built.
Status ShowImage(const lab::Cache& cache, const std::string& stack, std::time_t now,
                 std::ostream& out);

/// Builds the stack's image unless it is built; with `refresh`, in any case. Then derives the one
/// with the user's own parts, if there are any.
Status BuildImage(const lab::Cache& cache, const std::string& stack, bool refresh,
                  std::ostream& out, const lab::Own& own = {});

/// Removes images (see lab::PruneImages) and prints what it removed.
Status PruneImages(const lab::Cache& cache, const lab::PruneOptions& options, std::ostream& out);

}  // namespace dualpath::cli
