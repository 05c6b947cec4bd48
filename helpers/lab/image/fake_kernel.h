#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "helpers/base/file.h"

namespace dualpath::lab {

/// Fields of a setup header (bzimage.cc).
struct FakeBzImage {
  std::string version = "6.1.0-test (me@here) #1 SMP";
  unsigned protocol = 0x20f;
  unsigned load_flags = 1;  ///< XLF_KERNEL_64

  std::string Bytes() const {
    std::string bytes(0x400, '\0');
    const auto put = [&](std::size_t at, unsigned value) {
      bytes[at] = static_cast<char>(value & 0xffU);
      bytes[at + 1] = static_cast<char>(value >> 8U);
    };
    put(0x1fe, 0xaa55);
    bytes.replace(0x202, 4, "HdrS");
    put(0x206, protocol);
    put(0x20e, 0x100);  // the text is at 0x200 more
    put(0x236, load_flags);
    return bytes.replace(0x300, version.size(), version);
  }
};

/// Writes a file of a fake tree, with its directories.
inline void WriteFake(const std::string& file, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

/// Modules with all that the lab needs, as paths below lib/modules/RELEASE. The first part is built
/// in.
constexpr char kFakeBuiltIn[] =
    "kernel/drivers/virtio/virtio_pci.ko\nkernel/fs/configfs/configfs.ko\n"
    "kernel/drivers/block/virtio_blk.ko\nkernel/drivers/char/virtio_console.ko\n";
constexpr const char* kFakeModules[] = {"drivers/nvdimm/virtio_pmem",
                                        "drivers/nvdimm/nd_pmem",
                                        "fs/ext4/ext4",
                                        "fs/overlayfs/overlay",
                                        "drivers/target/target_core_mod",
                                        "drivers/target/target_core_file",
                                        "drivers/target/loopback/tcm_loop",
                                        "drivers/scsi/sd_mod",
                                        "drivers/scsi/sg",
                                        "drivers/scsi/virtio_scsi",
                                        "drivers/md/dm-multipath",
                                        "drivers/md/dm-service-time"};

/// Makes a directory as `make modules_install` leaves it, with a kernel in boot.
inline void InstallFakeKernel(const std::string& root, const std::string& release = "6.1.0-test") {
  FakeBzImage image;
  image.version = release + " (me@here) #1";
  WriteFake(root + "/boot/vmlinuz-" + release, image.Bytes());
  const std::string modules = root + "/lib/modules/" + release;
  WriteFake(modules + "/modules.builtin", kFakeBuiltIn);
  for (const char* module : kFakeModules)
    WriteFake(modules + "/kernel/" + module + ".ko.xz", "module");
}

/// Makes a build tree with a kernel.
inline void BuildFakeKernel(const std::string& tree, const std::string& release = "6.1.0-test") {
  FakeBzImage image;
  image.version = release + " (me@here) #1";
  WriteFake(tree + "/arch/x86/boot/bzImage", image.Bytes());
  WriteFake(tree + "/include/config/kernel.release", release + "\n");
  WriteFake(tree + "/modules.builtin", kFakeBuiltIn);
  std::string order;
  for (const char* module : kFakeModules) {
    WriteFake(tree + "/" + module + ".ko", "module");
    order += std::string(module) + ".o\n";
  }
  WriteFake(tree + "/modules.order", order);
}

}  // namespace dualpath::lab
