#include "helpers/timeline/storage_lines.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>

namespace dualpath::timeline {

using boost::contains;
using boost::starts_with;

bool IsAboutStorage(const std::string& message) {
  static constexpr std::array kPrefixes{"sd ",
                                        "scsi",
                                        "device-mapper",
                                        "multipath",
                                        "dm-",
                                        "blk_",
                                        "print_req_error",
                                        "Buffer ",
                                        "end_req",
                                        "lpfc",
                                        "qla2xxx",
                                        "qedf",
                                        "qedi",
                                        "bnx2",
                                        "fnic",
                                        "mpt",
                                        "megaraid",
                                        "iscsi",
                                        "nvme",
                                        "rport",
                                        "EXT4-fs",
                                        "XFS",
                                        "JBD2",
                                        "INFO: task",
                                        "connection",
                                        "session",
                                        "TARGET_",
                                        "tcm_",
                                        "alua",
                                        "critical",
                                        "sr ",
                                        "rdac",
                                        "emc",
                                        "hpsa",
                                        "smartpqi",
                                        "Aborting journal",
                                        "quiet_error",
                                        "loopback: ",
                                        "virtio_scsi",
                                        "zfcp"};
  static constexpr std::array kContains{"I/O error", "multipath", "rport-", "[sd", "Power-on or"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](const char* prefix) { return starts_with(message, prefix); }) ||
         std::any_of(kContains.begin(), kContains.end(),
                     [&](const char* text) { return contains(message, text); });
}

bool IsTopologyLine(std::string_view line) {
  const auto has = [&](std::string_view text) { return line.find(text) != std::string_view::npos; };
  if (has("policy='") || (starts_with(line, "size=") && has("features="))) return true;
  if (const std::size_t dm = line.find(" dm-"); dm != std::string_view::npos && has(",")) {
    const std::size_t digit = dm + 4;
    return digit < line.size() && line[digit] >= '0' && line[digit] <= '9';
  }
  // "| `- 3:0:1:0 sdb 8:16 active ready running"
  const std::size_t tree = line.find("- ");
  if (tree == std::string_view::npos ||
      line.substr(0, tree).find_first_not_of(" |`+-") != std::string_view::npos) {
    return false;
  }
  const std::string_view hctl = line.substr(tree + 2, line.find(' ', tree + 2) - tree - 2);
  return std::count(hctl.begin(), hctl.end(), ':') == 3 &&
         hctl.find_first_not_of("0123456789:#") == std::string_view::npos;
}

}  // namespace dualpath::timeline
