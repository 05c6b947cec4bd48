#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

constexpr char kDefaultStack[] = "trixie";

/// A lab image: disk, kernel and initramfs of one stack (images/lab/stacks), and the QEMU to run
/// it.
struct Image {
  Cache::Entry entry;
  std::string key;  ///< unique to this build: a rebuild with newer packages has another key
  Accelerator accelerator = Accelerator::kTcg;  ///< accelerator of its VMs

  std::string disk() const { return entry.File("disk.raw"); }
  std::string kernel() const { return entry.File("vmlinuz"); }
  std::string initrd() const { return entry.File("initrd.img"); }
  std::string idle_table() const { return entry.File("idle.aml"); }  ///< images/lab/idle.asl
  std::string qemu() const { return entry.File("qemu"); }            ///< see qemu.h
};

/// Returns the stacks with a recipe, sorted.
std::vector<std::string> KnownStacks();

/// Returns the image of `stack`, built by images/lab/build unless it is in the cache. Its key there
/// is the digest of the recipe: a changed recipe needs a new build, newer packages in the archive
/// do not. Fails immediately if this machine cannot run VMs on `accelerator`.
Result<Image> GetImage(const Cache& cache, const std::string& stack,
                       Accelerator accelerator = Accelerator::kTcg);

}  // namespace dualpath::lab
