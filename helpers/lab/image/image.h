#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

constexpr char kDefaultStack[] = "trixie";

/// A lab image: the disk, kernel and initial RAM disk of one stack (images/lab/stacks), and the
/// QEMU to run it.
struct Image {
  Cache::Entry entry;
  std::string key;  ///< identifies this build: an image rebuilt from newer packages has another key
  Accelerator accelerator = Accelerator::kTcg;  ///< accelerator of the VMs made from it

  std::string disk() const { return entry.File("disk.raw"); }
  std::string kernel() const { return entry.File("vmlinuz"); }
  std::string initrd() const { return entry.File("initrd.img"); }
  std::string idle_table() const { return entry.File("idle.aml"); }  ///< images/lab/idle.asl
  std::string qemu() const { return entry.File("qemu"); }            ///< see qemu.h
};

/// Returns the stacks that have a recipe, sorted.
std::vector<std::string> KnownStacks();

/// Returns the image of `stack`, made by images/lab/build if it is not in the cache. Its key in the
/// cache is the digest of the recipe: an edited recipe makes another image, a newer package in the
/// archive does not. An `Error` at once if this machine cannot run VMs on `accelerator`.
Result<Image> GetImage(const Cache& cache, const std::string& stack,
                       Accelerator accelerator = Accelerator::kTcg);

}  // namespace dualpath::lab
