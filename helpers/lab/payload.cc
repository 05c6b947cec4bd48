#include "helpers/lab/payload.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/lab/image/digest.h"
#include "helpers/process/libraries.h"
#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;

constexpr char kScripts[] = DUALPATH_LAB_RECIPES "/payload";

/// Returns a text that changes whenever the content of the file may have changed.
Result<std::string> StampOf(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return Error::FromErrno("make the payload", path, errno);
  std::ostringstream stamp;
  stamp << path << ' ' << info.st_ino << ' ' << info.st_size << ' ' << info.st_mtim.tv_sec << '.'
        << info.st_mtim.tv_nsec << '\n';
  return stamp.str();
}

Status CopyInto(const std::string& directory, const std::set<std::string>& files) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  for (const std::string& file : files) {
    fs::copy_file(file, directory + "/" + fs::path(file).filename().string(), ec);
    if (ec) return Error::FromErrno("copy into the payload", file, ec.value());
  }
  return Ok{};
}

Status BuildImage(const std::set<std::string>& programs, const std::set<std::string>& libraries,
                  const std::set<std::string>& data, const std::string& directory) {
  const std::string tree = directory + "/tree";
  DUALPATH_TRY_STATUS(CopyInto(tree + "/bin", programs));
  DUALPATH_TRY_STATUS(CopyInto(tree + "/lib", libraries));
  DUALPATH_TRY_STATUS(CopyInto(tree + "/data", data));
  std::error_code ec;
  fs::copy(kScripts, tree, ec);
  if (ec) return Error::FromErrno("copy into the payload", kScripts, ec.value());
  for (const std::string& program : programs) {
    // Debug information and symbols are most of a test program's size; the lab has no debugger.
    const std::string copy = tree + "/bin/" + fs::path(program).filename().string();
    DUALPATH_TRY_STATUS(process::ExecuteChecked({{"strip", copy}}, Deadline::In(minutes(10))));
  }
  DUALPATH_TRY(const std::string digest, DigestOfTree(tree));
  DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/digest", digest));
  DUALPATH_TRY_STATUS(process::ExecuteChecked(
      {{"mke2fs", "-q", "-t", "ext2", "-d", tree, directory + "/payload.img",
        std::to_string(kPayloadMebibytes) + "M"}},
      Deadline::In(minutes(10))));
  fs::remove_all(tree, ec);
  return Ok{};
}

}  // namespace

std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code ec;
  for (const auto& file : fs::directory_iterator(directory, ec)) {
    files.push_back(file.path().string());
  }
  return files;
}

Result<Payload> MakePayload(const Cache& cache, const std::vector<std::string>& programs,
                            const std::vector<std::string>& data) {
  const std::set<std::string> sorted(programs.begin(), programs.end());
  const std::set<std::string> sorted_data(data.begin(), data.end());
  std::string stamps;
  std::set<std::string> libraries;
  for (const std::string& program : sorted) {
    DUALPATH_TRY(const std::string stamp, StampOf(program));
    stamps += stamp;
    DUALPATH_TRY(const std::set<std::string> needed,
                 process::LibrariesOf(program, Deadline::In(minutes(1))));
    libraries.insert(needed.begin(), needed.end());
  }
  for (const std::set<std::string>& others : {libraries, sorted_data}) {
    for (const std::string& file : others) {
      DUALPATH_TRY(const std::string stamp, StampOf(file));
      stamps += stamp;
    }
  }
  DUALPATH_TRY(const std::string scripts, DigestOfTree(kScripts));
  DUALPATH_TRY(const std::string key, DigestOfText(stamps + scripts));
  DUALPATH_TRY(Cache::Entry entry, cache.Get("payload", key.substr(0, 16), std::uint64_t{128} << 20,
                                             [&](const std::string& directory) {
                                               return BuildImage(sorted, libraries, sorted_data,
                                                                 directory);
                                             }));
  std::string image = entry.File("payload.img");
  DUALPATH_TRY(std::string digest, ReadAttribute(entry.File("digest")));
  return Payload{std::move(entry), std::move(image), std::move(digest), programs};
}

}  // namespace dualpath::lab
