#include "ci/dualpath/image_actions.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <optional>

#include "helpers/lab/image/built_image.h"
#include "helpers/lab/image/derived_image.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {
namespace {

/// Packages that `show` prints besides.
constexpr std::array<const char*, 7> kOthers = {"dmsetup",   "udev",    "systemd", "targetcli-fb",
                                                "sg3-utils", "seabios", "fio"};
constexpr char kLine[] = "{:<16} {:<17} {:<17} {:<21} {:<17} {:>8} {:>9}  {}\n";

/// Returns the version without Debian's epoch, which no program knows.
std::string Version(const lab::BuiltImage& image, const std::string& package) {
  const std::string version = image.VersionOf(package);
  const std::size_t colon = version.find(':');
  return colon == std::string::npos ? version : version.substr(colon + 1);
}

std::string Age(const lab::BuiltImage& image, std::time_t now) {
  const int days = lab::AgeInDays(image, now);
  return days == 1 ? "1 day" : fmt::format("{} days", days);
}

std::string Size(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

/// Prints the line of an image.
void ListImage(const std::string& name, const lab::BuiltImage& image, std::time_t now,
               std::ostream& out) {
  const auto& packages = lab::kPackagesThatMatter;
  out << fmt::format(kLine, name, Version(image, packages[0]), Version(image, packages[1]),
                     Version(image, packages[2]), Version(image, packages[3]), Age(image, now),
                     Size(image.bytes), image.key);
}

/// Returns the image with the user's own parts that has this key, or a key that begins so.
std::optional<lab::BuiltImage> FindDerived(const lab::Cache& cache, const std::string& key) {
  for (lab::BuiltImage& image : lab::DerivedImages(cache)) {
    if (image.key == key || image.key.rfind(key + "-", 0) == 0) return std::move(image);
  }
  return std::nullopt;
}

std::string UtcTime(std::time_t time) {
  std::tm fields = {};
  ::gmtime_r(&time, &fields);
  std::array<char, 32> text = {};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &fields);
  return text.data();
}

}  // namespace

Status ListImages(const lab::Cache& cache, std::time_t now, std::ostream& out) {
  out << fmt::format(kLine, "STACK", "KERNEL", "MULTIPATH-TOOLS", "QEMU", "LIBVIRT", "AGE", "SIZE",
                     "KEY");
  for (const std::string& stack : lab::KnownStacks()) {
    DUALPATH_TRY(const auto image, lab::FindImage(cache, stack));
    if (!image) {
      out << fmt::format("{:<16} not built\n", stack);
      continue;
    }
    ListImage(stack, *image, now, out);
  }
  for (const lab::BuiltImage& image : lab::DerivedImages(cache))
    ListImage(image.stack + "+own", image, now, out);
  return Ok{};
}

Status ShowImage(const lab::Cache& cache, const std::string& stack, std::time_t now,
                 std::ostream& out) {
  std::optional<lab::BuiltImage> image = FindDerived(cache, stack);
  if (!image) {
    DUALPATH_TRY(image, lab::FindImage(cache, stack));
  }
  if (!image) {
    return Error::Because("show the image", stack,
                          "it is not built; `dualpath image build " + stack + "` builds it");
  }
  constexpr char kField[] = "{:<22} {}\n";
  out << fmt::format(kField, "stack", image->stack)
      << fmt::format(kField, "directory", image->directory)
      << fmt::format(kField, "key", image->key)
      << fmt::format(kField, "built", UtcTime(image->built) + ", " + Age(*image, now) + " ago")
      << fmt::format(kField, "size", Size(image->bytes));
  const auto derivation = lab::ReadDerivation(image->directory);
  if (derivation.ok()) {
    out << fmt::format(kField, "derived from", derivation->base_key);
    if (!derivation->own.kernel.empty())
      out << fmt::format(kField, "own kernel", derivation->own.kernel);
    for (const std::string& overlay : derivation->own.overlays)
      out << fmt::format(kField, "own overlay", overlay);
  }
  for (const char* package : lab::kPackagesThatMatter)
    out << fmt::format(kField, package, image->VersionOf(package));
  for (const char* package : kOthers)
    out << fmt::format(kField, package, image->VersionOf(package));
  return Ok{};
}

Status BuildImage(const lab::Cache& cache, const std::string& stack, bool refresh,
                  std::ostream& out, const lab::Own& own) {
  if (refresh) DUALPATH_TRY_STATUS(lab::RefreshImage(cache, stack));
  DUALPATH_TRY(const lab::Image image, lab::GetImage(cache, stack, lab::Accelerator::kTcg, own));
  out << image.key << "  " << image.entry.directory() << "\n";
  return Ok{};
}

Status PruneImages(const lab::Cache& cache, const lab::PruneOptions& options, std::ostream& out) {
  DUALPATH_TRY(const std::vector<lab::Pruned> pruned, lab::PruneImages(cache, options));
  std::uint64_t freed = 0;
  for (const lab::Pruned& entry : pruned) {
    if (entry.removed) freed += entry.bytes;
    out << fmt::format("{} {} ({}): {}\n", entry.removed ? "removed" : "in use, kept:", entry.name,
                       Size(entry.bytes), entry.why);
  }
  out << (pruned.empty() ? "nothing to remove" : Size(freed) + " freed") << "\n";
  return Ok{};
}

}  // namespace dualpath::cli
