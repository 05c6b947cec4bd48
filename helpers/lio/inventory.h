#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// A fileio backstore as it is found. HBA numbers are left out of comparison: they only say which
/// index was free.
struct FoundBackstore {
  std::string object;  ///< "fileio_0/storage"
  std::string name;
  std::string file;
  std::uint64_t size_bytes = 0;
  std::string serial;
  bool write_back = false;
  std::string product;  ///< "storage" with emulate_model_alias, else "FILEIO"
};

/// A LUN of a loopback target.
struct FoundLun {
  unsigned lun = 0;
  std::string backstore_object;  ///< "fileio_0/storage"; empty: nothing is linked
  std::string backstore_name;    ///< "storage"
};

/// A target portal group of a loopback target, as it is found.
struct FoundTarget {
  std::string naa;
  unsigned tpgt = 0;
  std::string nexus;  ///< empty: none. Not compared: targetcli makes it up at random.
  std::vector<FoundLun> luns;
};

bool operator==(const FoundBackstore& a, const FoundBackstore& b);
bool operator==(const FoundLun& a, const FoundLun& b);
bool operator==(const FoundTarget& a, const FoundTarget& b);

/// All fileio backstores and loopback targets of this machine, whoever made them; backstores by
/// name, targets by name and tag. Two that are equal make the same disks, whatever tool made them.
struct Inventory {
  std::vector<FoundBackstore> backstores;
  std::vector<FoundTarget> targets;

  /// Empty without target_core_mod. Half-made backstores and targets are in it, with empty fields;
  /// a target that has no portal group yet is not.
  static Result<Inventory> Take(const ConfigFs& configfs = SystemConfigFs());

  /// One line for each object.
  std::string ToString() const;
};

bool operator==(const Inventory& a, const Inventory& b);
inline bool operator!=(const Inventory& a, const Inventory& b) { return !(a == b); }
inline std::ostream& operator<<(std::ostream& out, const Inventory& inventory) {
  return out << inventory.ToString();
}

}  // namespace dualpath::lio
