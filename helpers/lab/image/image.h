#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/own.h"
#include "helpers/lab/image/recipe.h"

namespace dualpath::lab {

/// A lab image: disk, kernel and initramfs of one stack (images/lab/stacks), with the user's own
/// parts if there are any, and the QEMU to run it.
struct Image {
  Cache::Entry entry;
  Cache::Entry qemu_entry;  ///< the same for all stacks
  std::string key;          ///< unique to this build: a rebuild with newer packages has another key
  Accelerator accelerator = Accelerator::kTcg;  ///< accelerator of its VMs
  std::string append{};                         ///< Own::append

  std::string disk() const { return entry.File("disk.raw"); }
  std::string kernel() const { return entry.File("vmlinuz"); }
  std::string initrd() const { return entry.File("initrd.img"); }
  std::string idle_table() const { return entry.File("idle.aml"); }   ///< images/lab/idle.asl
  const std::string& qemu() const { return qemu_entry.directory(); }  ///< see qemu.h
};

/// Returns the image of `stack`, built by images/lab/build unless it is in the cache, and derives
/// from it the one with the user's own parts (derived_image.h). Warns if the stack's is old. Fails
/// immediately if this machine cannot run VMs on `accelerator`.
Result<Image> GetImage(const Cache& cache, const std::string& stack,
                       Accelerator accelerator = Accelerator::kTcg, const Own& own = {});

/// Builds the image of `stack` anew, with today's packages. If that fails, the old one is kept.
Status RefreshImage(const Cache& cache, const std::string& stack);

}  // namespace dualpath::lab
