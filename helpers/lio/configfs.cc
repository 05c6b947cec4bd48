#include "helpers/lio/configfs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "helpers/base/file.h"

namespace dualpath::lio {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> List(const std::string& directory, fs::file_type type) {
  std::vector<std::string> names;
  std::error_code ec;
  fs::directory_iterator entry(directory, ec);
  if (ec == std::errc::no_such_file_or_directory) return names;
  for (; !ec && entry != fs::directory_iterator(); entry.increment(ec)) {
    std::error_code ignored;  // an entry that is removed during the loop is left out
    if (entry->symlink_status(ignored).type() == type) names.push_back(entry->path().filename());
  }
  if (ec) return Error::FromErrno("list directory", directory, ec.value());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Status ConfigFs::MakeDirectory(const std::string& path) const {
  const std::string absolute = Absolute(path);
  if (::mkdir(absolute.c_str(), 0755) == 0) return Ok{};
  return Error::FromErrno("create directory", absolute, errno);
}

Status ConfigFs::RemoveDirectory(const std::string& path) const {
  const std::string absolute = Absolute(path);
  if (::rmdir(absolute.c_str()) == 0) return Ok{};
  return Error::FromErrno("remove directory", absolute, errno);
}

Status ConfigFs::Link(const std::string& target, const std::string& link) const {
  const std::string absolute = Absolute(link);
  if (::symlink(Absolute(target).c_str(), absolute.c_str()) == 0) return Ok{};
  return Error::FromErrno("link to " + target, absolute, errno);
}

Status ConfigFs::Unlink(const std::string& link) const {
  const std::string absolute = Absolute(link);
  if (::unlink(absolute.c_str()) == 0) return Ok{};
  return Error::FromErrno("unlink", absolute, errno);
}

Status ConfigFs::Write(const std::string& path, const std::string& value) const {
  return WriteAttribute(Absolute(path), value);
}

Result<std::string> ConfigFs::Read(const std::string& path) const {
  return ReadAttribute(Absolute(path));
}

bool ConfigFs::Exists(const std::string& path) const {
  std::error_code ec;
  return fs::exists(fs::symlink_status(Absolute(path), ec));
}

Result<std::vector<std::string>> ConfigFs::Directories(const std::string& path) const {
  return List(Absolute(path), fs::file_type::directory);
}

Result<std::vector<std::string>> ConfigFs::Links(const std::string& path) const {
  return List(Absolute(path), fs::file_type::symlink);
}

Result<std::string> ConfigFs::LinkedObject(const std::string& link) const {
  std::error_code ec;
  const fs::path target = fs::read_symlink(Absolute(link), ec);
  if (ec) return Error::FromErrno("read link", Absolute(link), ec.value());
  return (target.parent_path().filename() / target.filename()).string();
}

const ConfigFs& SystemConfigFs() {
  static const ConfigFs system;
  return system;
}

}  // namespace dualpath::lio
