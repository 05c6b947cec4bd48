#include "helpers/iscsi/session.h"

#include <filesystem>
#include <system_error>

#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::iscsi {
namespace {

namespace fs = std::filesystem;

std::string ClassOf(const std::string& sysfs) { return sysfs + "/class/iscsi_session"; }

/// Returns the N of the hostN that the session's device is below.
Result<unsigned> HostOf(const std::string& session) {
  std::error_code ec;
  const fs::path device = fs::canonical(session + "/device", ec);
  for (const fs::path& part : device) {
    const auto host = ParseAfter<unsigned>("host", part.string());
    if (host) return *host;
  }
  return Error::Because("find the SCSI host of", session, "its device is not below a host");
}

}  // namespace

Result<std::optional<Session>> FindSession(const std::string& target, const std::string& sysfs) {
  std::error_code ec;
  fs::directory_iterator entry(ClassOf(sysfs), ec);
  for (; !ec && entry != fs::directory_iterator(); entry.increment(ec)) {
    const std::string directory = entry->path();
    const auto name = ReadAttribute(directory + "/targetname");
    if (!name.ok() || *name != target) continue;  // or it has just ended
    Session session;
    session.name = entry->path().filename();
    DUALPATH_TRY(session.host, HostOf(directory));
    DUALPATH_TRY(session.initiator, ReadAttribute(directory + "/initiatorname"));
    DUALPATH_TRY(session.state, ReadAttribute(directory + "/state"));
    DUALPATH_TRY(session.recovery_seconds, ReadAttribute(directory + "/recovery_tmo"));
    return std::optional<Session>(session);
  }
  return std::optional<Session>();
}

Status SetRecoverySeconds(const Session& session, unsigned seconds, const std::string& sysfs) {
  return WriteAttribute(ClassOf(sysfs) + "/" + session.name + "/recovery_tmo",
                        std::to_string(seconds));
}

}  // namespace dualpath::iscsi
