#include "helpers/dm/sysfs_maps.h"

#include <filesystem>
#include <system_error>

#include "helpers/base/file.h"

namespace dualpath::dm {
namespace {

namespace fs = std::filesystem;

constexpr char kUuidPrefix[] = "mpath-";

}  // namespace

Result<std::vector<MultipathMap>> MultipathMaps(const std::string& sysfs) {
  std::vector<MultipathMap> maps;
  std::error_code ec;
  fs::directory_iterator block(sysfs + "/block", ec);
  if (ec == std::errc::no_such_file_or_directory) return maps;
  for (; !ec && block != fs::directory_iterator(); block.increment(ec)) {
    const std::string device = block->path();
    const auto uuid = ReadAttribute(device + "/dm/uuid");
    const auto name = ReadAttribute(device + "/dm/name");
    // Most block devices are not maps, and a map may be removed at any time.
    if (!uuid.ok() || !name.ok() || uuid->rfind(kUuidPrefix, 0) != 0) continue;
    maps.push_back({*name, uuid->substr(sizeof(kUuidPrefix) - 1)});
  }
  if (ec) return Error::FromErrno("list block devices", sysfs + "/block", ec.value());
  return maps;
}

Result<std::vector<std::string>> NamesOfMaps(const std::string& wwid, const std::string& sysfs) {
  DUALPATH_TRY(const std::vector<MultipathMap> maps, MultipathMaps(sysfs));
  std::vector<std::string> names;
  for (const MultipathMap& map : maps) {
    if (map.wwid == wwid) names.push_back(map.name);
  }
  return names;
}

}  // namespace dualpath::dm
