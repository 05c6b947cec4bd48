#include "helpers/lio/iscsi.h"

#include <cerrno>

namespace dualpath::lio {

Result<IscsiTarget> IscsiTarget::Create(const Options& options, const FileBackstore& backstore,
                                        const ConfigFs& configfs) {
  const IscsiTarget target(options.iqn, configfs);
  // Creating the fabric's directory also loads iscsi_target_mod.
  const Status fabric = configfs.MakeDirectory("iscsi");
  if (!fabric.ok() && fabric.error().error_number() != EEXIST) return fabric.error();
  DUALPATH_TRY_STATUS(configfs.MakeDirectory(target.TargetPath()));
  const Status built = target.Build(options, backstore);
  if (built.ok()) return target;
  const Status undone = target.Remove();
  const Error error = built.error().While("create target " + options.iqn);
  if (undone.ok()) return error;
  return Error::Because(error.operation(), error.object(),
                        error.reason() + "; cleaning up failed too: " + undone.error().ToString());
}

Result<IscsiTarget> IscsiTarget::Open(const std::string& iqn, const ConfigFs& configfs) {
  IscsiTarget target(iqn, configfs);
  if (configfs.Exists(target.TargetPath())) return target;
  return Error::FromErrno("open target", configfs.root() + "/" + target.TargetPath(), ENOENT);
}

Status IscsiTarget::SetEnabled(bool enabled) const {
  const std::string wanted = enabled ? "1" : "0";
  DUALPATH_TRY(const std::string now, configfs_->Read(GroupPath() + "/enable"));
  return now == wanted ? Status(Ok{}) : configfs_->Write(GroupPath() + "/enable", wanted);
}

Result<std::string> IscsiTarget::LinkedBackstore() const {
  DUALPATH_TRY(const auto links, configfs_->Links(LunPath()));
  if (links.empty()) return std::string();
  return configfs_->LinkedObject(LunPath() + "/" + links.front());
}

Status IscsiTarget::Link(const FileBackstore& backstore) const {
  return configfs_->Link(backstore.ConfigFsPath(), LunPath() + "/" + kLinkName);
}

Status IscsiTarget::Unlink() const {
  DUALPATH_TRY(const auto links, configfs_->Links(LunPath()));
  for (const std::string& link : links) {
    DUALPATH_TRY_STATUS(configfs_->Unlink(LunPath() + "/" + link));
  }
  return Ok{};
}

Status IscsiTarget::Remove() const {
  if (configfs_->Exists(GroupPath())) {
    DUALPATH_TRY_STATUS(SetEnabled(false));
    DUALPATH_TRY_STATUS(Unlink());
    if (configfs_->Exists(LunPath())) DUALPATH_TRY_STATUS(configfs_->RemoveDirectory(LunPath()));
    DUALPATH_TRY(const auto portals, configfs_->Directories(GroupPath() + "/np"));
    for (const std::string& portal : portals) {
      DUALPATH_TRY_STATUS(configfs_->RemoveDirectory(GroupPath() + "/np/" + portal));
    }
    DUALPATH_TRY_STATUS(configfs_->RemoveDirectory(GroupPath()));
  }
  return configfs_->RemoveDirectory(TargetPath());
}

Status IscsiTarget::Build(const Options& options, const FileBackstore& backstore) const {
  DUALPATH_TRY_STATUS(configfs_->MakeDirectory(GroupPath()));
  // As targetcli's documentation has it for a target without access control. The cached ACLs keep
  // registrations across logins.
  const auto set = [&](const std::string& attribute, const char* value) {
    return configfs_->Write(GroupPath() + "/attrib/" + attribute, value);
  };
  DUALPATH_TRY_STATUS(set("authentication", "0"));
  DUALPATH_TRY_STATUS(set("generate_node_acls", "1"));
  DUALPATH_TRY_STATUS(set("cache_dynamic_acls", "1"));
  DUALPATH_TRY_STATUS(set("demo_mode_write_protect", "0"));
  DUALPATH_TRY_STATUS(configfs_->MakeDirectory(GroupPath() + "/np/" + options.portal));
  DUALPATH_TRY_STATUS(configfs_->MakeDirectory(LunPath()));
  DUALPATH_TRY_STATUS(Link(backstore));
  return SetEnabled(true);
}

}  // namespace dualpath::lio
