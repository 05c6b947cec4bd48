#include "helpers/lio/backstore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "helpers/base/number.h"
#include "helpers/base/unique_fd.h"
#include "helpers/lio/wwid.h"

namespace dualpath::lio {
namespace {

constexpr std::uint64_t kBlockBytes = 512;
constexpr std::size_t kMaxFileName = 255;  // FD_MAX_DEV_NAME, less the NUL
constexpr std::size_t kMaxSerial = 253;    // INQUIRY_VPD_SERIAL_LEN, less the NUL
constexpr unsigned kMaxHbas = 1000;

bool IsWholeBlocks(std::uint64_t bytes) { return bytes > 0 && bytes % kBlockBytes == 0; }

std::string NotWholeBlocks(std::uint64_t bytes) {
  return std::to_string(bytes) + " bytes are not a positive multiple of 512";
}

/// Returns why the options are invalid, or an empty string.
std::string Invalid(const FileBackstore::Options& options) {
  if (options.name.empty() || options.name.find('/') != std::string::npos) {
    return "the name \"" + options.name + "\" is not a valid directory name";
  }
  if (!IsWholeBlocks(options.size_bytes)) return NotWholeBlocks(options.size_bytes);
  if (options.file.empty() || options.file[0] != '/' || options.file.size() > kMaxFileName ||
      options.file.find_first_of(",\n") != std::string::npos) {
    return "the file must be an absolute path of at most 255 characters without comma or newline, "
           "not \"" +
           options.file + "\"";
  }
  if (options.serial.size() > kMaxSerial) return "the serial is longer than 253 characters";
  const auto wwid = WwidFromSerial(options.serial);
  if (!wwid.ok()) return wwid.error().ToString();
  // The kernel would create a missing file, and read zeros beyond the end of a short one.
  struct stat file {};
  if (::stat(options.file.c_str(), &file) != 0) {
    return Error::FromErrno("check backing file", options.file, errno).ToString();
  }
  if (!S_ISREG(file.st_mode)) return options.file + " is not a regular file";
  if (static_cast<std::uint64_t>(file.st_size) < options.size_bytes) {
    return options.file + " has " + std::to_string(file.st_size) + " bytes, less than " +
           std::to_string(options.size_bytes);
  }
  return "";
}

/// Creates core/`hba`, or core/fileio_N with the first free N, and returns its name.
Result<std::string> CreateHba(const ConfigFs& configfs, const std::string& wanted) {
  while (true) {
    std::string hba = wanted;
    if (hba.empty()) {
      DUALPATH_TRY(hba, FileBackstore::FreeHba(configfs));
    }
    const Status made = configfs.MakeDirectory("core/" + hba);
    if (made.ok()) return hba;
    // Another program may have taken the name in the meantime.
    if (!wanted.empty() || made.error().error_number() != EEXIST) return made.error();
  }
}

}  // namespace

Status CreateBackingFile(const std::string& path, std::uint64_t bytes) {
  if (!IsWholeBlocks(bytes)) {
    return Error::Because("create backing file", path, NotWholeBlocks(bytes));
  }
  std::error_code ec;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ec);
  if (ec) return Error::FromErrno("create the directory of backing file", path, ec.value());
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return Error::FromErrno("create backing file", path, errno);
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) {
    const int error_number = errno;
    ::unlink(path.c_str());
    return Error::FromErrno("extend backing file", path, error_number);
  }
  return Ok{};
}

Result<FileioInfo> FileioInfo::Parse(const std::string& text) {
  const auto error = [&](const char* what) {
    return Error::Because("parse fileio info", "\"" + text + "\"", std::string("no ") + what);
  };
  const std::string file_label = "File: ";
  const std::string size_label = "  Size: ";
  const std::string mode_label = "  Mode: ";
  const std::size_t file_at = text.find(file_label);
  if (file_at == std::string::npos) return error("file");
  const std::size_t mode_at = text.rfind(mode_label);
  if (mode_at == std::string::npos) return error("mode");
  // Searched from the right, since a file name may contain the label.
  const std::size_t size_at = text.rfind(size_label, mode_at);
  if (size_at == std::string::npos || size_at < file_at) return error("size");
  const std::size_t file_begin = file_at + file_label.size();
  if (size_at <= file_begin) return error("file");

  FileioInfo info;
  info.file = text.substr(file_begin, size_at - file_begin);
  const std::size_t size_begin = size_at + size_label.size();
  const auto size = ParseWhole<std::uint64_t>(text.substr(size_begin, mode_at - size_begin));
  if (!size) return error("size");
  info.size_bytes = *size;
  info.write_back = text.compare(mode_at + mode_label.size(), 8, "Buffered") == 0;
  return info;
}

Result<std::string> FileBackstore::FreeHba(const ConfigFs& configfs) {
  for (unsigned index = 0; index < kMaxHbas; ++index) {
    std::string hba = "fileio_" + std::to_string(index);
    if (!configfs.Exists("core/" + hba)) return hba;
  }
  return Error::Because("create HBA", configfs.root() + "/core",
                        "fileio_0 to fileio_999 already exist");
}

Result<FileBackstore> FileBackstore::Create(const Options& options, const ConfigFs& configfs) {
  const std::string invalid = Invalid(options);
  if (!invalid.empty()) return Error::Because("create backstore", options.name, invalid);

  DUALPATH_TRY(const std::string hba, CreateHba(configfs, options.hba));
  FileBackstore backstore(hba + "/" + options.name, configfs);
  Status status = configfs.MakeDirectory(backstore.ConfigFsPath());
  if (status.ok()) {
    status = backstore.Configure(options);
    if (!status.ok()) (void)configfs.RemoveDirectory(backstore.ConfigFsPath());
  }
  if (status.ok()) return backstore;
  (void)configfs.RemoveDirectory("core/" + hba);
  return status.error().While("create backstore " + backstore.object_);
}

Result<FileBackstore> FileBackstore::Open(const std::string& object, const ConfigFs& configfs) {
  FileBackstore backstore(object, configfs);
  if (!configfs.Exists(backstore.ConfigFsPath())) {
    return Error::FromErrno("open backstore", configfs.root() + "/" + backstore.ConfigFsPath(),
                            ENOENT);
  }
  return backstore;
}

std::string FileBackstore::Name() const { return object_.substr(object_.find('/') + 1); }

Result<std::string> FileBackstore::Serial() const {
  DUALPATH_TRY(const std::string text, configfs_->Read(ConfigFsPath() + "/wwn/vpd_unit_serial"));
  const std::string label = "T10 VPD Unit Serial Number:";
  if (text.compare(0, label.size(), label) != 0) {
    return Error::Because("read serial", ConfigFsPath(),
                          "\"" + text + "\" does not begin with \"" + label + "\"");
  }
  const std::size_t begin = text.find_first_not_of(' ', label.size());
  return begin == std::string::npos ? std::string() : text.substr(begin);
}

Result<FileioInfo> FileBackstore::Info() const {
  DUALPATH_TRY(const std::string text, configfs_->Read(ConfigFsPath() + "/info"));
  return FileioInfo::Parse(text);
}

Status FileBackstore::TellOfWriteCache(bool tell) const {
  return configfs_->Write(ConfigFsPath() + "/attrib/emulate_write_cache", tell ? "1" : "0");
}

Status FileBackstore::Remove() const {
  Status removed = configfs_->RemoveDirectory(ConfigFsPath());
  // The kernel looks at the links first: a backstore in use keeps its groups.
  if (!removed.ok() && removed.error().error_number() == ENOTEMPTY) {
    const std::string groups = ConfigFsPath() + "/alua/";
    DUALPATH_TRY(const auto names, configfs_->Directories(groups));
    for (const std::string& name : names) {
      if (name == "default_tg_pt_gp") continue;
      DUALPATH_TRY_STATUS(configfs_->RemoveDirectory(groups + name));
    }
    removed = configfs_->RemoveDirectory(ConfigFsPath());
  }
  if (!removed.ok()) return removed.error();
  const std::string hba = "core/" + object_.substr(0, object_.find('/'));
  // targetcli creates one HBA per backstore, but the kernel allows several backstores in one.
  DUALPATH_TRY(const auto others, configfs_->Directories(hba));
  if (!others.empty()) return Ok{};
  return configfs_->RemoveDirectory(hba);
}

Status FileBackstore::Configure(const Options& options) const {
  const auto write = [&](const std::string& attribute, const std::string& value) {
    return configfs_->Write(ConfigFsPath() + "/" + attribute, value);
  };
  DUALPATH_TRY_STATUS(write("control", "fd_dev_name=" + options.file +
                                           ",fd_dev_size=" + std::to_string(options.size_bytes)));
  if (options.buffered) DUALPATH_TRY_STATUS(write("control", "fd_buffered_io=1"));
  // The kernel does not need it, but targetcli reads the file name from it.
  DUALPATH_TRY_STATUS(write("udev_path", options.file));
  DUALPATH_TRY_STATUS(write("enable", "1"));
  // Both after enabling, in which kernels before 5.0 reset the product to "FILEIO"
  // (target_core_device.c, target_configure_device), and before the first link, since the kernel
  // rejects both for an exported backstore.
  DUALPATH_TRY_STATUS(write("attrib/emulate_model_alias", options.emulate_model_alias ? "1" : "0"));
  return write("wwn/vpd_unit_serial", options.serial);
}

}  // namespace dualpath::lio
