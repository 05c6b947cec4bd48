#include "helpers/lab/image/input_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/lab/image/digest.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;

constexpr char kUseForImage[] = "use for the lab's image";
constexpr char kKind[] = "digest";  // of cache entries
constexpr char kFile[] = "/digest";
constexpr std::size_t kFilesPerCommand = 500;  // a command line is limited (ARG_MAX)
constexpr mode_t kPermissions = 07777;

Result<std::string> TargetOf(const std::string& link) {
  std::error_code ec;
  const std::string target = fs::read_symlink(link, ec).string();
  if (ec) return Error::FromErrno(kUseForImage, link, ec.value());
  return target;
}

/// A text for each file, of which one has what may change with its content and the other what
/// counts besides its content.
struct Described {
  std::string stamps;
  std::string names;
  std::vector<std::string> regular;  ///< files with a content
};

Status Describe(const InputFile& file, Described& all) {
  struct stat info = {};
  if (::lstat(file.path.c_str(), &info) != 0)
    return Error::FromErrno(kUseForImage, file.path, errno);
  std::string about = file.name + '\0' + std::to_string(info.st_mode & kPermissions);
  if (S_ISLNK(info.st_mode)) {
    DUALPATH_TRY(const std::string target, TargetOf(file.path));
    about = file.name + '\0' + "-> " + target;
  } else if (S_ISDIR(info.st_mode)) {
    about += " directory";
  } else if (S_ISREG(info.st_mode)) {
    all.regular.push_back(file.path);
  } else {
    return Error::Because(kUseForImage, file.path,
                          "a device, FIFO or socket; only files, directories and "
                          "symbolic links can be used: remove it");
  }
  all.names += about + '\n';
  all.stamps += about;
  if (S_ISREG(info.st_mode)) {
    for (const long long number :
         {static_cast<long long>(info.st_ino), static_cast<long long>(info.st_size),
          static_cast<long long>(info.st_mtim.tv_sec),
          static_cast<long long>(info.st_mtim.tv_nsec)}) {
      all.stamps += ' ' + std::to_string(number);
    }
  }
  all.stamps += '\n';
  return Ok{};
}

Result<std::string> ContentDigest(const Described& all) {
  std::string text = all.names;
  for (std::size_t at = 0; at < all.regular.size(); at += kFilesPerCommand) {
    const std::size_t end = std::min(at + kFilesPerCommand, all.regular.size());
    DUALPATH_TRY(const std::vector<std::string> digests,
                 DigestsOfFiles({all.regular.begin() + static_cast<std::ptrdiff_t>(at),
                                 all.regular.begin() + static_cast<std::ptrdiff_t>(end)}));
    for (const std::string& digest : digests) text += digest + '\n';
  }
  return DigestOfText(text);
}

}  // namespace

Result<std::vector<InputFile>> FilesBelow(const std::string& directory) {
  std::vector<InputFile> files;
  std::error_code ec;
  for (auto it = fs::recursive_directory_iterator(directory, ec);
       !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    const std::string path = it->path().string();
    files.push_back({it->path().lexically_relative(directory).string(), path});
  }
  if (ec) return Error::FromErrno("list directory", directory, ec.value());
  std::sort(files.begin(), files.end(),
            [](const InputFile& a, const InputFile& b) { return a.name < b.name; });
  return files;
}

Result<std::string> DigestOfInput(const Cache& cache, const std::vector<InputFile>& files) {
  Described all;
  for (const InputFile& file : files) DUALPATH_TRY_STATUS(Describe(file, all));
  DUALPATH_TRY(const std::string stamp, KeyOfText(all.stamps));
  DUALPATH_TRY(const Cache::Entry entry,
               cache.Get(kKind, stamp, 0, [&](const std::string& directory) -> Status {
                 DUALPATH_TRY(const std::string digest, ContentDigest(all));
                 return WriteFileAtomically(directory + kFile, digest);
               }));
  return ReadAttribute(entry.File("digest"));
}

}  // namespace dualpath::lab
