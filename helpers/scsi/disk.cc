#include "helpers/scsi/disk.h"

#include <filesystem>
#include <system_error>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::scsi {
namespace {

// /sys/block/sdX/size is in units of 512 bytes, whatever the logical block size.
constexpr std::uint64_t kSectorBytes = 512;

Error Absent(const Hctl& hctl) { return Error::FromErrno("find disk", hctl.ToString(), ENODEV); }

}  // namespace

Result<Disk> Disk::Await(Hctl hctl, Deadline deadline, std::string sysfs) {
  Disk disk(hctl, std::move(sysfs));
  DUALPATH_TRY_STATUS(WaitUntil("wait for disk", hctl.ToString(), deadline, [&] {
    const auto name = disk.BlockName();
    return name.ok() ? std::string() : name.error().ToString();
  }));
  return disk;
}

bool Disk::Exists() const {
  std::error_code ec;
  return std::filesystem::exists(Directory(), ec);
}

Result<std::string> Disk::BlockName() const {
  if (!Exists()) return Absent(hctl_);
  std::error_code ec;
  const std::filesystem::directory_iterator names(Directory() + "/block", ec);
  if (ec || names == std::filesystem::directory_iterator()) {
    return Error::Because("look up sdX", hctl_.ToString(), "the device has no block device");
  }
  return names->path().filename().string();
}

Result<std::string> Disk::DevicePath() const {
  DUALPATH_TRY(const std::string name, BlockName());
  return "/dev/" + name;
}

Result<dualpath::DeviceNumber> Disk::DeviceNumber() const {
  DUALPATH_TRY(const std::string name, BlockName());
  DUALPATH_TRY(const std::string text, ReadAttribute(BlockAttribute(name, "dev")));
  return DeviceNumber::Parse(text);
}

Result<std::string> Disk::GenericPath() const {
  if (!Exists()) return Absent(hctl_);
  std::error_code ec;
  const std::filesystem::directory_iterator names(Directory() + "/scsi_generic", ec);
  if (ec || names == std::filesystem::directory_iterator()) {
    return Error::Because("look up sgN", hctl_.ToString(),
                          "the device has no SCSI generic node; is the module sg loaded?");
  }
  return "/dev/" + names->path().filename().string();
}

Result<std::uint64_t> Disk::SizeBytes() const {
  DUALPATH_TRY(const std::string name, BlockName());
  const std::string path = BlockAttribute(name, "size");
  DUALPATH_TRY(const std::string text, ReadAttribute(path));
  const auto sectors = ParseWhole<std::uint64_t>(text);
  if (!sectors) {
    return Error::Because("read disk size", path, "\"" + text + "\" is not a number");
  }
  return *sectors * kSectorBytes;
}

Result<std::string> Disk::Vendor() const { return Attribute("vendor"); }
Result<std::string> Disk::Model() const { return Attribute("model"); }
Result<std::string> Disk::State() const { return Attribute("state"); }
Result<std::string> Disk::AccessState() const { return Attribute("access_state"); }

Result<std::uint64_t> Disk::IoCount() const {
  DUALPATH_TRY(const std::string text, Attribute("iodone_cnt"));
  const auto count = ParseDecimalOrHex<std::uint64_t>(text);  // "0x1af"
  if (!count) {
    return Error::Because("read iodone_cnt", hctl_.ToString(), "\"" + text + "\" is not a number");
  }
  return *count;
}

Result<std::uint64_t> Disk::InFlight() const {
  DUALPATH_TRY(const std::string text, Attribute("device_busy"));
  const auto count = ParseWhole<std::uint64_t>(text);
  if (!count) {
    return Error::Because("read device_busy", hctl_.ToString(), "\"" + text + "\" is not a number");
  }
  return *count;
}

Status Disk::Delete() const {
  const Status written = WriteAttribute(Directory() + "/delete", "1");
  if (!written.ok()) return written.error().While("delete disk " + hctl_.ToString());
  return Ok{};
}

Status Disk::UnbindBlockDriver() const {
  const Status written = WriteAttribute(sysfs_ + "/bus/scsi/drivers/sd/unbind", hctl_.ToString());
  if (!written.ok()) return written.error().While("unbind the sd driver from " + hctl_.ToString());
  return Ok{};
}

Status Disk::SetState(const std::string& state) const {
  // store_state_field compares up to the newline.
  const Status written = WriteAttribute(Directory() + "/state", state + "\n");
  if (!written.ok())
    return written.error().While("set the state of disk " + hctl_.ToString() + " to " + state);
  return Ok{};
}

std::string Disk::Directory() const { return sysfs_ + "/bus/scsi/devices/" + hctl_.ToString(); }

std::string Disk::BlockAttribute(const std::string& block_name,
                                 const std::string& attribute) const {
  return Directory() + "/block/" + block_name + "/" + attribute;
}

Result<std::string> Disk::Attribute(const std::string& name) const {
  if (!Exists()) return Absent(hctl_);
  return ReadAttribute(Directory() + "/" + name);
}

}  // namespace dualpath::scsi
