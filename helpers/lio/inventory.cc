#include "helpers/lio/inventory.h"

#include <algorithm>
#include <tuple>

#include "helpers/base/number.h"
#include "helpers/lio/backstore.h"
#include "helpers/lio/loopback.h"

namespace dualpath::lio {
namespace {

Result<FoundBackstore> Describe(const std::string& object, const ConfigFs& configfs) {
  DUALPATH_TRY(const FileBackstore backstore, FileBackstore::Open(object, configfs));
  FoundBackstore found;
  found.object = object;
  found.name = backstore.Name();
  // Other programs may be changing their backstores, so an attribute that cannot be read is empty.
  const auto serial = backstore.Serial();
  if (serial.ok()) found.serial = *serial;
  // The info of a backstore that is not configured lacks these fields.
  const auto info = backstore.Info();
  if (info.ok()) {
    found.file = info->file;
    found.size_bytes = info->size_bytes;
    found.write_back = info->write_back;
  }
  const std::string alias = "core/" + object + "/attrib/emulate_model_alias";
  const auto aliased = configfs.Read(alias);
  found.product = aliased.ok() && *aliased == "1" ? found.name : "FILEIO";
  return found;
}

Result<FoundTarget> Describe(const std::string& fabric, const std::string& naa, unsigned tpgt,
                             const ConfigFs& configfs) {
  const std::string prefix = fabric + "/" + naa + "/tpgt_" + std::to_string(tpgt) + "/lun/";
  FoundTarget found;
  found.naa = naa;
  found.tpgt = tpgt;
  found.fabric = fabric;
  if (!found.IsIscsi()) {
    const LoopbackTarget::Roots roots{configfs};
    DUALPATH_TRY(const LoopbackTarget target, LoopbackTarget::Open(naa, tpgt, roots));
    const auto nexus = target.Nexus();
    if (nexus.ok()) found.nexus = *nexus;
  }
  DUALPATH_TRY(const auto luns, configfs.Directories(prefix));
  for (const std::string& name : luns) {
    const auto number = ParseAfter<unsigned>("lun_", name);
    if (!number) continue;
    FoundLun lun;
    lun.lun = *number;
    const std::string directory = prefix + name;
    DUALPATH_TRY(const auto links, configfs.Links(directory));
    const auto linked = links.empty() ? Result<std::string>(std::string())
                                      : configfs.LinkedObject(directory + "/" + links.front());
    if (linked.ok() && !linked->empty()) {
      lun.backstore_object = *linked;
      lun.backstore_name = lun.backstore_object.substr(lun.backstore_object.find('/') + 1);
    }
    found.luns.push_back(lun);
  }
  return found;
}

Status AddTargets(const std::string& fabric, const std::string& prefix_of_names,
                  const ConfigFs& configfs, std::vector<FoundTarget>& targets) {
  DUALPATH_TRY(const auto names, configfs.Directories(fabric));
  for (const std::string& name : names) {
    if (name.compare(0, prefix_of_names.size(), prefix_of_names) != 0) continue;
    DUALPATH_TRY(const auto groups, configfs.Directories(fabric + "/" + name));
    for (const std::string& group : groups) {
      const auto tpgt = ParseAfter<unsigned>("tpgt_", group);
      if (!tpgt) continue;
      auto found = Describe(fabric, name, *tpgt, configfs);
      if (found.ok()) targets.push_back(*std::move(found));
    }
  }
  return Ok{};
}

}  // namespace

bool operator==(const FoundBackstore& a, const FoundBackstore& b) {
  return std::tie(a.name, a.file, a.size_bytes, a.serial, a.write_back, a.product) ==
         std::tie(b.name, b.file, b.size_bytes, b.serial, b.write_back, b.product);
}

bool operator==(const FoundLun& a, const FoundLun& b) {
  return std::tie(a.lun, a.backstore_name) == std::tie(b.lun, b.backstore_name);
}

bool operator==(const FoundTarget& a, const FoundTarget& b) {
  return std::tie(a.fabric, a.naa, a.tpgt, a.luns) == std::tie(b.fabric, b.naa, b.tpgt, b.luns);
}

bool operator==(const Inventory& a, const Inventory& b) {
  return a.backstores == b.backstores && a.targets == b.targets;
}

Result<Inventory> Inventory::Take(const ConfigFs& configfs) {
  Inventory inventory;
  DUALPATH_TRY(const auto hbas, configfs.Directories("core"));
  for (const std::string& hba : hbas) {
    if (!ParseAfter<unsigned>("fileio_", hba)) continue;
    DUALPATH_TRY(const auto names, configfs.Directories("core/" + hba));
    const std::string prefix = hba + "/";
    for (const std::string& name : names) {
      auto found = Describe(prefix + name, configfs);
      // Otherwise its owner has just removed it.
      if (found.ok()) inventory.backstores.push_back(*std::move(found));
    }
  }
  std::sort(inventory.backstores.begin(), inventory.backstores.end(),
            [](const FoundBackstore& a, const FoundBackstore& b) {
              return std::tie(a.name, a.object) < std::tie(b.name, b.object);
            });
  DUALPATH_TRY_STATUS(AddTargets("loopback", "naa.", configfs, inventory.targets));
  DUALPATH_TRY_STATUS(AddTargets("iscsi", "iqn.", configfs, inventory.targets));
  return inventory;
}

std::string Inventory::ToString() const {
  std::string text;
  for (const FoundBackstore& backstore : backstores) {
    text += "backstore " + backstore.object + ": " +
            (backstore.file.empty() ? "no file" : backstore.file) + ", " +
            std::to_string(backstore.size_bytes) + " bytes, serial \"" + backstore.serial +
            "\", product " + backstore.product + ", " +
            (backstore.write_back ? "write-back" : "write-through") + "\n";
  }
  for (const FoundTarget& target : targets) {
    text += "target " + target.naa + " tpgt " + std::to_string(target.tpgt) + ": " +
            (target.IsIscsi()       ? "iSCSI"
             : target.nexus.empty() ? "no nexus"
                                    : "nexus " + target.nexus);
    for (const FoundLun& lun : target.luns) {
      text += ", LUN " + std::to_string(lun.lun) + " -> " +
              (lun.backstore_object.empty() ? "nothing" : lun.backstore_object);
    }
    text += "\n";
  }
  return text.empty() ? "no fileio backstore, no loopback target\n" : text;
}

}  // namespace dualpath::lio
