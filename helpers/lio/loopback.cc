#include "helpers/lio/loopback.h"

#include <cerrno>
#include <charconv>

#include "helpers/base/eventually.h"
#include "helpers/lio/naa.h"
#include "helpers/scsi/disk.h"
#include "helpers/scsi/host.h"

namespace dualpath::lio {
namespace {

constexpr unsigned kMaxTpgt = 31;  // TL_TPGS_PER_HBA is 32

}  // namespace

std::string ToString(TransportStatus status) {
  return status == TransportStatus::kOnline ? "online" : "offline";
}

Result<LoopbackTarget> LoopbackTarget::Create(const Options& options,
                                              const FileBackstore& backstore, const Roots& roots) {
  DUALPATH_TRY_STATUS(ValidateNaa(options.naa));
  if (!options.nexus.empty()) DUALPATH_TRY_STATUS(ValidateNaa(options.nexus));
  if (options.tpgt > kMaxTpgt) {
    return Error::Because("create target", options.naa,
                          "tpgt " + std::to_string(options.tpgt) + " is greater than 31");
  }
  const LoopbackTarget target(options.naa, options.tpgt, roots);
  // Creating the fabric's directory also loads tcm_loop.
  const Status fabric = roots.configfs.MakeDirectory("loopback");
  if (!fabric.ok() && fabric.error().error_number() != EEXIST) return fabric.error();
  const Status made = roots.configfs.MakeDirectory(target.TargetPath());
  if (!made.ok() && made.error().error_number() == EEXIST) {
    return Error::Because(
        "create target", options.naa,
        "a target with this name exists; `dualpath-rig sweep` removes targets that "
        "killed runs left");
  }
  if (!made.ok()) return made.error();
  const Status built = target.Build(options, backstore);
  if (built.ok()) return target;
  const Status undone = target.Remove();
  const Error error = built.error().While("create target " + options.naa);
  if (undone.ok()) return error;
  return Error::Because(error.operation(), error.object(),
                        error.reason() + "; cleaning up failed too: " + undone.error().ToString());
}

Result<LoopbackTarget> LoopbackTarget::Open(const std::string& naa, unsigned tpgt,
                                            const Roots& roots) {
  LoopbackTarget target(naa, tpgt, roots);
  if (!roots.configfs.Exists(target.TargetPath())) {
    return Error::FromErrno("open target", roots.configfs.root() + "/" + target.TargetPath(),
                            ENOENT);
  }
  return target;
}

std::string LoopbackTarget::DerivedNexus(const std::string& naa) {
  std::string nexus = naa;
  unsigned digit = 0;
  if (!naa.empty() && std::from_chars(&naa.back(), &naa.back() + 1, digit, 16).ec == std::errc()) {
    nexus.back() = "0123456789abcdef"[15 - digit];
  }
  return nexus;
}

Result<unsigned> LoopbackTarget::HostNumber() const {
  DUALPATH_TRY(const scsi::Hctl hctl, Hctl());
  return hctl.host;
}

Result<scsi::Hctl> LoopbackTarget::Hctl() const {
  // The format of `address` is host:channel:tpgt.
  DUALPATH_TRY(const std::string address, configfs_->Read(GroupPath() + "/address"));
  auto hctl = scsi::Hctl::Parse(address + ":0");
  if (!hctl.ok()) return hctl.error().While("read address of " + naa_);
  return hctl;
}

Result<std::string> LoopbackTarget::Nexus() const {
  auto nexus = configfs_->Read(GroupPath() + "/nexus");
  if (!nexus.ok() && nexus.error().error_number() == ENODEV) return std::string();
  return nexus;
}

Status LoopbackTarget::SetTransportStatus(TransportStatus status) const {
  return configfs_->Write(GroupPath() + "/transport_status", ToString(status));
}

Result<std::string> LoopbackTarget::LinkedBackstore() const {
  DUALPATH_TRY(const auto links, configfs_->Links(LunPath()));
  if (links.empty()) return std::string();
  return configfs_->LinkedObject(LunPath() + "/" + links.front());
}

Result<std::string> LoopbackTarget::PortGroupName() const {
  DUALPATH_TRY(const std::string text, configfs_->Read(LunPath() + "/alua_tg_pt_gp"));
  // Empty while no backstore is linked.
  const std::string label = "TG Port Alias: ";
  if (text.compare(0, label.size(), label) == 0) {
    return text.substr(label.size(), text.find('\n') - label.size());
  }
  return Error::Because("read the target port group of", naa_, "\"" + text + "\"");
}

Status LoopbackTarget::JoinPortGroup(const std::string& name) const {
  return configfs_->Write(LunPath() + "/alua_tg_pt_gp", name);
}

Status LoopbackTarget::Link(const FileBackstore& backstore) const {
  return configfs_->Link(backstore.ConfigFsPath(), LunPath() + "/" + kLinkName);
}

Status LoopbackTarget::Unlink(Deadline deadline) const {
  DUALPATH_TRY(const auto links, configfs_->Links(LunPath()));
  if (links.empty()) return Ok{};
  DUALPATH_TRY_STATUS(BringBackDisk(deadline));
  for (const std::string& link : links) {
    DUALPATH_TRY_STATUS(configfs_->Unlink(LunPath() + "/" + link));
  }
  return Ok{};
}

Status LoopbackTarget::Remove(Deadline deadline) const {
  if (configfs_->Exists(GroupPath())) {
    DUALPATH_TRY_STATUS(Unlink(deadline));
    DUALPATH_TRY(const std::string nexus, Nexus());
    if (!nexus.empty()) DUALPATH_TRY_STATUS(configfs_->Write(GroupPath() + "/nexus", "NULL"));
    if (configfs_->Exists(LunPath())) DUALPATH_TRY_STATUS(configfs_->RemoveDirectory(LunPath()));
    DUALPATH_TRY_STATUS(configfs_->RemoveDirectory(GroupPath()));
  }
  return configfs_->RemoveDirectory(TargetPath());
}

Status LoopbackTarget::Build(const Options& options, const FileBackstore& backstore) const {
  DUALPATH_TRY_STATUS(configfs_->MakeDirectory(GroupPath()));
  DUALPATH_TRY_STATUS(configfs_->Write(GroupPath() + "/nexus",
                                       options.nexus.empty() ? DerivedNexus(naa_) : options.nexus));
  DUALPATH_TRY_STATUS(configfs_->MakeDirectory(LunPath()));
  return Link(backstore);
}

Status LoopbackTarget::BringBackDisk(Deadline deadline) const {
  DUALPATH_TRY(const scsi::Hctl hctl, Hctl());
  const scsi::Disk disk(hctl, sysfs_);
  if (disk.Exists()) return Ok{};
  DUALPATH_TRY_STATUS(SetTransportStatus(TransportStatus::kOnline));
  DUALPATH_TRY_STATUS(scsi::Rescan(hctl.host, sysfs_));
  return WaitUntil("bring back the deleted disk before unlinking " + naa_, hctl.ToString(),
                   deadline, [&] { return disk.Exists() ? "" : "a rescan did not find it"; });
}

}  // namespace dualpath::lio
