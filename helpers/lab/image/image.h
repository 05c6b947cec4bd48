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
  std::string key;  ///< of this very image: one made anew of newer packages has another
  Accelerator accelerator = Accelerator::kTcg;  ///< of the VMs made from it

  std::string disk() const { return entry.File("disk.raw"); }
  std::string kernel() const { return entry.File("vmlinuz"); }
  std::string initrd() const { return entry.File("initrd.img"); }
  std::string idle_table() const { return entry.File("idle.aml"); }  ///< images/lab/idle.asl
  std::string qemu() const { return entry.File("qemu"); }            ///< see qemu.h
};

/// The stacks that there are recipes for, sorted.
std::vector<std::string> KnownStacks();

/// The image of `stack`, made by images/lab/build if it is not in the cache, which knows it by the
/// digest of the recipe: an edited recipe is another image, a newer package in the archive is not.
/// An `Error` at once if this machine cannot run VMs on `accelerator`.
Result<Image> GetImage(const Cache& cache, const std::string& stack,
                       Accelerator accelerator = Accelerator::kTcg);

}  // namespace dualpath::lab
