#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::lab {

constexpr char kDefaultStack[] = "trixie";

/// Returns the stacks with a recipe (images/lab/stacks), sorted.
std::vector<std::string> KnownStacks();
bool IsKnownStack(const std::string& stack);

/// Returns the file name of a script in images/lab.
std::string RecipeFile(const std::string& name);

/// Returns the key of the image of `stack` in the cache, "STACK-" and the digest of its recipe: a
/// changed recipe needs a new build, newer packages in the archive do not. Fails if there is no
/// such stack.
Result<std::string> ImageKey(const std::string& stack);

/// Returns the digest of the scripts that make an image with the user's own parts
/// (derived_image.h).
Result<std::string> DerivationRecipe();

/// Returns the key of the QEMU that runs the lab, which is the same for all stacks.
Result<std::string> QemuKey();

}  // namespace dualpath::lab
