#include "helpers/lio/port_group.h"

#include <cerrno>

#include "helpers/base/number.h"

namespace dualpath::lio {
namespace {

std::string DirectoryOf(const std::string& backstore, const std::string& name) {
  return "core/" + backstore + "/alua/" + name;
}

}  // namespace

Result<PortGroup> PortGroup::CreateOrOpen(const FileBackstore& backstore, const std::string& name,
                                          unsigned id, const ConfigFs& configfs) {
  PortGroup group(DirectoryOf(backstore.object(), name), name, configfs);
  const Status made = configfs.MakeDirectory(group.directory_);
  if (!made.ok() && made.error().error_number() != EEXIST) return made.error();
  // The kernel refuses a second identifier, even an equal one.
  if (made.ok()) {
    DUALPATH_TRY_STATUS(configfs.Write(group.directory_ + "/tg_pt_gp_id", std::to_string(id)));
  }
  return group;
}

PortGroup PortGroup::Open(const std::string& backstore, const std::string& name,
                          const ConfigFs& configfs) {
  return PortGroup(DirectoryOf(backstore, name), name, configfs);
}

Status PortGroup::SetState(scsi::AluaState state) const {
  const std::string number = std::to_string(static_cast<unsigned>(state));
  DUALPATH_TRY_STATUS(configfs_->Write(directory_ + "/alua_access_state", number));
  DUALPATH_TRY(const scsi::AluaState now, State());
  if (now == state) return Ok{};
  return Error::Because("set access state", name_,
                        "it is " + scsi::ToString(now) + ", not " + scsi::ToString(state));
}

Result<scsi::AluaState> PortGroup::State() const {
  DUALPATH_TRY(const unsigned number, Number("alua_access_state"));
  return static_cast<scsi::AluaState>(number);
}

Status PortGroup::SetType(AccessType type) const {
  return configfs_->Write(directory_ + "/alua_access_type",
                          std::to_string(static_cast<unsigned>(type)));
}

Result<AccessType> PortGroup::Type() const {
  DUALPATH_TRY(const std::string text, configfs_->Read(directory_ + "/alua_access_type"));
  return text == "Implicit" ? AccessType::kImplicit : AccessType::kImplicitAndExplicit;
}

Status PortGroup::SetPreferred(bool preferred) const {
  return configfs_->Write(directory_ + "/preferred", preferred ? "1" : "0");
}

Result<unsigned> PortGroup::Number(const std::string& attribute) const {
  const std::string file = directory_ + "/" + attribute;
  DUALPATH_TRY(const std::string text, configfs_->Read(file));
  const auto number = ParseWhole<unsigned>(text);
  if (number) return *number;
  return Error::Because("read", file, "\"" + text + "\" is not a number");
}

}  // namespace dualpath::lio
