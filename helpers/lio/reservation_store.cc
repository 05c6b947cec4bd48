#include "helpers/lio/reservation_store.h"

#include <filesystem>
#include <system_error>

#include "helpers/base/file.h"

namespace dualpath::lio {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::string ReservationStore::Directory() const {
  const auto root = configfs_->Read("dbroot");
  return (root.ok() && !root->empty() ? *root : std::string("/var/target")) + "/pr";
}

Result<bool> ReservationStore::Create() const {
  std::error_code ec;
  const bool made = fs::create_directories(Directory(), ec);
  if (ec) return Error::FromErrno("create the reservation directory", Directory(), ec.value());
  return made;
}

Status ReservationStore::Forget(const std::string& serial) const {
  return RemoveFile(Directory() + "/aptpl_" + serial);
}

void ReservationStore::Remove() const {
  std::error_code not_empty;
  if (fs::remove(Directory(), not_empty)) {
    fs::remove(fs::path(Directory()).parent_path(), not_empty);
  }
}

}  // namespace dualpath::lio
