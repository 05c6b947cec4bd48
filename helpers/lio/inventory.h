#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// A fileio backstore found in configfs. Comparison ignores the HBA number, which only depends on
/// the indexes in use.
struct FoundBackstore {
  std::string object;  ///< "fileio_0/storage"
  std::string name;
  std::string file;
  std::uint64_t size_bytes = 0;
  std::string serial;
  bool write_back = false;
  std::string product;  ///< "storage" with emulate_model_alias, else "FILEIO"
};

/// A LUN of a target.
struct FoundLun {
  unsigned lun = 0;
  std::string backstore_object;  ///< "fileio_0/storage"; empty: no backstore linked
  std::string backstore_name;    ///< "storage"
};

/// A target portal group of a loopback or iSCSI target found in configfs.
struct FoundTarget {
  std::string naa;  ///< the target's name, "iqn..." for iSCSI
  unsigned tpgt = 0;
  /// Empty: none, as always for iSCSI. Not compared, since targetcli chooses it at random.
  std::string nexus;
  std::vector<FoundLun> luns;
  std::string fabric = "loopback";  ///< or "iscsi"

  bool IsIscsi() const { return fabric == "iscsi"; }
};

bool operator==(const FoundBackstore& a, const FoundBackstore& b);
bool operator==(const FoundLun& a, const FoundLun& b);
bool operator==(const FoundTarget& a, const FoundTarget& b);

/// All fileio backstores, loopback targets and iSCSI targets of this machine; backstores sorted by
/// name, targets by name and tag. Equal inventories export the same disks, whichever tool created
/// them.
struct Inventory {
  std::vector<FoundBackstore> backstores;
  std::vector<FoundTarget> targets;

  /// Reads the inventory; empty without target_core_mod. Incomplete backstores and targets, and
  /// those that another program is changing, are included with empty fields, except a target
  /// without a portal group.
  static Result<Inventory> Take(const ConfigFs& configfs = SystemConfigFs());

  /// Returns one line for each object.
  std::string ToString() const;
};

bool operator==(const Inventory& a, const Inventory& b);
inline bool operator!=(const Inventory& a, const Inventory& b) { return !(a == b); }
inline std::ostream& operator<<(std::ostream& out, const Inventory& inventory) {
  return out << inventory.ToString();
}

}  // namespace dualpath::lio
