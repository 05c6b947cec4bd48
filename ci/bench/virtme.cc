#include "ci/bench/virtme.h"

#include <filesystem>

#include "ci/bench/samples.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"
#include "helpers/process/progress.h"

namespace dualpath::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kMostBoots = 3;

/// Copies the lab's kernel to ROOT/boot/vmlinuz-VERSION and its modules to
/// ROOT/lib/modules/VERSION, where virtme-ng looks for them. It needs the 9p module.
Result<std::string> LayOutKernel(const lab::Image& image, const std::string& root) {
  const fs::path modules = fs::path(root) / "lib/modules";
  std::error_code ec;
  fs::create_directories(modules.parent_path(), ec);
  fs::create_directories(fs::path(root) / "boot", ec);
  // debugfs exits with 0 even if it fails.
  DUALPATH_TRY_STATUS(process::ExecuteChecked(
      {{"debugfs", "-R", "rdump /usr/lib/modules " + modules.parent_path().string(), image.disk()}},
      Deadline::In(std::chrono::minutes(1))));
  const fs::directory_iterator versions(modules, ec);
  if (ec || versions == fs::directory_iterator())
    return Error::Because("copy the kernel's modules from", image.disk(), "debugfs found none");
  const fs::path kernel =
      fs::path(root) / "boot" / ("vmlinuz-" + versions->path().filename().string());
  fs::copy_file(image.kernel(), kernel, ec);
  if (ec) return Error::FromErrno("copy the lab's kernel to", kernel.string(), ec.value());
  return kernel.string();
}

Result<std::vector<double>> BootTimes(const Bench& bench) {
  DUALPATH_TRY(const TemporaryDirectory root, TemporaryDirectory::Create());
  DUALPATH_TRY(const std::string kernel, LayOutKernel(bench.lab.image(), root.path()));
  std::vector<double> seconds;
  for (int i = 0; i < bench.UpTo(kMostBoots); ++i) {
    const auto begun = std::chrono::steady_clock::now();
    DUALPATH_TRY_STATUS(
        process::ExecuteChecked({{"vng", "--disable-kvm", "--run", kernel, "--", "true"}},
                                Deadline::In(std::chrono::minutes(3))));
    seconds.push_back(process::SecondsSince(begun));
  }
  return seconds;
}

}  // namespace

void MeasureVirtme(const Bench& bench, double restore) {
  Figure boot{"restore", "boot.virtme", "virtme-ng's boot of the same kernel, median", "s"};
  if (process::FindProgram("vng").empty()) {
    boot.note = "not installed";
  } else if (const Result<std::vector<double>> seconds = BootTimes(bench); seconds.ok()) {
    boot.samples = *seconds;
    boot.value = Median(boot.samples);
  } else {
    boot.note = seconds.error().ToString();
  }
  bench.add(boot);
  if (!boot.value) return;
  Figure ratio{"restore", "virtme.ratio", "virtme-ng's boot / restore to the lab's shell", "x",
               *boot.value / restore};
  ratio.headline = true;
  bench.add(ratio);
}

}  // namespace dualpath::bench
