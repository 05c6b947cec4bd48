#include "helpers/lab/image/own_kernel.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "helpers/base/deadline.h"
#include "helpers/base/file.h"
#include "helpers/lab/image/bzimage.h"
#include "helpers/lab/image/kernel_needs.h"
#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;

constexpr char kBzImageOfTree[] = "arch/x86/boot/bzImage";
constexpr char kOrder[] = "modules.order";
constexpr char kBuiltIn[] = "modules.builtin";
// depmod writes the other lists anew.
const std::vector<std::string> kLists = {kOrder, kBuiltIn, "modules.builtin.modinfo"};
constexpr std::chrono::minutes kLongestModinfo{1};
// virtio-pmem is in 5.3, and the mount option dax=always in 5.8.
constexpr std::pair<int, int> kOldest{5, 8};

bool IsFile(const fs::path& path) {
  std::error_code ec;
  return fs::is_regular_file(path, ec);
}

bool IsDirectory(const fs::path& path) {
  std::error_code ec;
  return fs::is_directory(path, ec);
}

bool IsModule(const std::string& name) {
  constexpr std::array<const char*, 4> kSuffixes = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](const char* suffix) { return boost::ends_with(name, suffix); });
}

/// "dm_multipath" for "kernel/drivers/md/dm-multipath.ko.xz", as modprobe(8) treats '-' and '_'.
std::string ModuleName(const std::string& file) {
  std::string name = file.substr(file.rfind('/') + 1);
  name = name.substr(0, name.find(".ko"));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Error RefuseKernel(const std::string& object, const std::string& reason) {
  return Error::Because("use the kernel", object, reason);
}

std::vector<std::string> LinesOf(const std::string& file) {
  std::vector<std::string> lines;
  const auto text = ReadFile(file);
  std::istringstream stream(text.ok() ? *text : "");
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Returns a build tree's kernel. The tree may be used at the same time: what is missing is an
/// error, not left out.
Result<OwnKernel> FindInTree(const fs::path& tree) {
  OwnKernel kernel;
  kernel.image = (tree / kBzImageOfTree).string();
  DUALPATH_TRY(kernel.release, ReleaseOfBzImage(kernel.image));
  if (IsFile(tree / ".config")) kernel.config = (tree / ".config").string();
  const auto built = ReadAttribute((tree / "include/config/kernel.release").string());
  if (built.ok() && *built != kernel.release) {
    return RefuseKernel(tree.string(), "its bzImage is " + kernel.release +
                                           ", but its modules are " + *built +
                                           ": run make again, for all targets");
  }
  for (const std::string& list : kLists) {
    if (IsFile(tree / list)) kernel.modules.push_back({list, (tree / list).string()});
  }
  for (std::string line : LinesOf((tree / kOrder).string())) {
    // "kernel/drivers/scsi/sg.ko" up to 6.1, "drivers/scsi/sg.o" since 6.2
    // (scripts/Makefile.build).
    if (boost::starts_with(line, "kernel/")) line = line.substr(sizeof("kernel/") - 1);
    const std::string name = fs::path(line).replace_extension(".ko").string();
    // The order is somebody's text file.
    const fs::path relative = fs::path(name).lexically_normal();
    if (name.empty() || relative.is_absolute() || *relative.begin() == "..")
      return RefuseKernel((tree / kOrder).string(),
                          "it names \"" + line + "\", outside of the tree");
    if (!IsFile(tree / relative)) {
      return RefuseKernel(tree.string(), "the module " + name +
                                             " in modules.order has not been built: "
                                             "run make modules");
    }
    kernel.modules.push_back({"kernel/" + relative.string(), (tree / relative).string()});
  }
  return kernel;
}

/// Returns the modules installed in `directory`, "lib/modules/RELEASE".
Result<std::vector<InputFile>> InstalledModules(const fs::path& directory) {
  std::vector<InputFile> modules;
  // `build` and `source`, links to the source tree, are no modules.
  DUALPATH_TRY(const std::vector<InputFile> files, FilesBelow(directory.string()));
  for (const InputFile& file : files) {
    const bool is_list = std::find(kLists.begin(), kLists.end(), file.name) != kLists.end();
    if ((is_list || IsModule(file.name)) && IsFile(file.path) && !fs::is_symlink(file.path)) {
      modules.push_back(file);
    }
  }
  return modules;
}

/// Returns the releases below "lib/modules".
std::vector<std::string> ReleasesIn(const fs::path& modules) {
  std::vector<std::string> releases;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(modules, ec)) {
    if (IsDirectory(entry.path())) releases.push_back(entry.path().filename().string());
  }
  std::sort(releases.begin(), releases.end());
  return releases;
}

/// Returns the directory of modules below `root`, or an empty path.
fs::path ModulesBelow(const fs::path& root) {
  for (const char* name : {"lib/modules", "usr/lib/modules"}) {
    if (IsDirectory(root / name)) return root / name;
  }
  return {};
}

fs::path ImageBelow(const fs::path& root, const fs::path& modules, const std::string& release) {
  for (const fs::path& candidate :
       {root / "boot" / ("vmlinuz-" + release), root / ("vmlinuz-" + release), root / "vmlinuz",
        root / "bzImage", root / "boot/vmlinuz", root / "boot/bzImage",
        modules / release / "vmlinuz"}) {
    if (IsFile(candidate)) return candidate;
  }
  return {};
}

std::string ConfigBeside(const std::string& image, const fs::path& modules) {
  const fs::path directory = fs::path(image).parent_path();
  const std::string release = modules.filename().string();
  for (const fs::path& candidate : {directory / ("config-" + release), modules / "config",
                                    directory / "config", directory / ".config"}) {
    if (IsFile(candidate)) return candidate.string();
  }
  return "";
}

/// Returns the kernel with this bzImage and the modules in `all`, "lib/modules".
Result<OwnKernel> Installed(const std::string& image, const fs::path& all) {
  OwnKernel kernel;
  kernel.image = image;
  DUALPATH_TRY(kernel.release, ReleaseOfBzImage(image));
  const fs::path modules = all / kernel.release;
  if (!IsDirectory(modules)) {
    return RefuseKernel(image, "it is " + kernel.release + ", but the modules in " + all.string() +
                                   " are of " + boost::algorithm::join(ReleasesIn(all), ", ") +
                                   ": install those of this kernel there (make INSTALL_MOD_PATH=" +
                                   all.parent_path().parent_path().string() + " modules_install)");
  }
  DUALPATH_TRY(kernel.modules, InstalledModules(modules));
  kernel.config = ConfigBeside(image, modules);
  return kernel;
}

Result<OwnKernel> FindInDirectory(const fs::path& directory) {
  if (IsFile(directory / kBzImageOfTree)) return FindInTree(directory);
  const fs::path modules = ModulesBelow(directory);
  if (modules.empty()) {
    return RefuseKernel(
        directory.string(),
        IsFile(directory / "Kbuild")
            ? "a source tree without arch/x86/boot/bzImage: run make, or pass the build "
              "tree (make O=)"
            : "it has neither arch/x86/boot/bzImage (a build tree) nor lib/modules (make "
              "INSTALL_MOD_PATH=DIR modules_install)");
  }
  std::vector<std::string> images;
  for (const std::string& release : ReleasesIn(modules)) {
    const std::string image = ImageBelow(directory, modules, release).string();
    if (!image.empty() && std::find(images.begin(), images.end(), image) == images.end())
      images.push_back(image);
  }
  if (images.size() == 1) return Installed(images.front(), modules);
  const std::string releases = boost::algorithm::join(ReleasesIn(modules), ", ");
  if (!images.empty())
    return RefuseKernel(directory.string(),
                        "it has several kernels (" + releases + "): pass a bzImage");
  return RefuseKernel(directory.string(), "it has modules of " +
                                              (releases.empty() ? "no kernel" : releases) +
                                              " but no bzImage: copy arch/x86/boot/bzImage to " +
                                              (directory / "boot/vmlinuz-RELEASE").string());
}

Result<OwnKernel> FindBesideImage(const fs::path& image) {
  DUALPATH_TRY(const std::string release, ReleaseOfBzImage(image.string()));
  const fs::path absolute = fs::absolute(image).lexically_normal();
  if (boost::ends_with(absolute.string(), std::string("/") + kBzImageOfTree)) {
    const std::string text = absolute.string();
    return FindInTree(text.substr(0, text.size() - sizeof(kBzImageOfTree)));
  }
  const fs::path beside = absolute.parent_path();
  if (beside.filename() == release && IsDirectory(beside / "kernel"))
    return Installed(image.string(), beside.parent_path());
  std::optional<fs::path> of_others;
  for (const fs::path& root : {beside, beside.parent_path()}) {
    const fs::path modules = ModulesBelow(root);
    if (modules.empty()) continue;
    if (IsDirectory(modules / release)) return Installed(image.string(), modules);
    of_others = modules;
  }
  if (of_others) return Installed(image.string(), *of_others);  // an error that names them
  return RefuseKernel(image.string(), "no modules of " + release +
                                          " beside it: make INSTALL_MOD_PATH=" + beside.string() +
                                          " modules_install, or pass the build tree");
}

/// Compares the release for which a module was built, the first word of its vermagic.
Status CheckModule(const OwnKernel& kernel, const std::string& file) {
  const auto output =
      process::Execute({{"modinfo", "-F", "vermagic", file}}, Deadline::In(kLongestModinfo));
  // This machine's modinfo may not know how the module is compressed.
  if (!output.ok() || !output->exit.ok() || output->out.empty()) return Ok{};
  const std::string release = output->out.substr(0, output->out.find_first_of(" \n"));
  if (release == kernel.release) return Ok{};
  return RefuseKernel(file, "the module was built for " + release + ", but " + kernel.image +
                                " is " + kernel.release + ": build and install both together");
}

Status CheckVersion(const OwnKernel& kernel) {
  std::pair<int, int> version;
  if (std::sscanf(kernel.release.c_str(), "%d.%d", &version.first, &version.second) == 2 &&
      version < kOldest) {
    return RefuseKernel(kernel.image,
                        kernel.release +
                            " cannot run the lab, whose root needs virtio-pmem and the "
                            "mount option dax=always: use Linux 5.8 or later");
  }
  return Ok{};
}

Status BringTo(const std::string& from, const fs::path& to, bool move) {
  std::error_code ec;
  fs::create_directories(to.parent_path(), ec);
  if (!ec && move) fs::rename(from, to, ec);
  if (!ec && !move) fs::copy_file(from, to, ec);
  if (ec) return Error::FromErrno("copy the kernel", from, ec.value());
  return Ok{};
}

}  // namespace

Result<OwnKernel> FindKernel(const std::string& path) {
  std::error_code ec;
  const auto status = fs::status(path, ec);
  if (!fs::exists(status)) return RefuseKernel(path, "no such file or directory");
  return fs::is_directory(status) ? FindInDirectory(path) : FindBesideImage(path);
}

std::vector<std::string> MissingOptions(const OwnKernel& kernel) {
  std::set<std::string> provided;
  for (const InputFile& file : kernel.modules) {
    if (IsModule(file.name)) provided.insert(ModuleName(file.name));
    if (file.name != kBuiltIn) continue;
    for (const std::string& line : LinesOf(file.path)) provided.insert(ModuleName(line));
  }
  const auto config = ReadFile(kernel.config);
  return MissingOptions(provided, config.ok() ? *config : "");
}

Status CheckKernel(const OwnKernel& kernel) {
  DUALPATH_TRY_STATUS(CheckVersion(kernel));
  const std::vector<std::string> missing = MissingOptions(kernel);
  if (!missing.empty()) {
    return RefuseKernel(kernel.image,
                        kernel.release +
                            " lacks what the lab needs: " + boost::algorithm::join(missing, ", ") +
                            ". Enable these options (=y or =m), build and install again");
  }
  const auto module =
      std::find_if(kernel.modules.begin(), kernel.modules.end(),
                   [](const InputFile& file) { return ModuleName(file.name) == "dm_multipath"; });
  return module == kernel.modules.end() ? Ok{} : CheckModule(kernel, module->path);
}

Status StageKernel(const OwnKernel& kernel, const std::string& directory, bool move) {
  const fs::path to(directory);
  DUALPATH_TRY_STATUS(BringTo(kernel.image, to / "vmlinuz", move));
  if (!kernel.config.empty()) DUALPATH_TRY_STATUS(BringTo(kernel.config, to / "config", move));
  const fs::path modules = to / "lib/modules" / kernel.release;
  std::error_code ec;
  fs::create_directories(modules, ec);
  if (ec) return Error::FromErrno("create directory", modules.string(), ec.value());
  for (const InputFile& file : kernel.modules)
    DUALPATH_TRY_STATUS(BringTo(file.path, modules / file.name, move));
  return Ok{};
}

std::vector<InputFile> FilesOf(const OwnKernel& kernel) {
  std::vector<InputFile> files = {{"vmlinuz", kernel.image}};
  if (!kernel.config.empty()) files.push_back({"config", kernel.config});
  files.insert(files.end(), kernel.modules.begin(), kernel.modules.end());
  return files;
}

}  // namespace dualpath::lab
