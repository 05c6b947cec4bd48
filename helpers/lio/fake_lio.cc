#include "helpers/lio/fake_lio.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"

namespace dualpath::lio {
namespace {

namespace fs = std::filesystem;

/// "a/b/c" -> "a/b".
std::string Parent(const std::string& path) { return fs::path(path).parent_path(); }

std::string Name(const std::string& path) { return fs::path(path).filename(); }

bool IsOfIscsi(const std::string& path) { return path.compare(0, 6, "iscsi/") == 0; }

/// loopback/naa.X/tpgt_1/lun/lun_0/link -> loopback/naa.X/tpgt_1.
std::string GroupOf(const std::string& link) { return Parent(Parent(Parent(link))); }

/// core/fileio_0/storage/alua/NAME.
bool IsPortGroup(const std::string& path) { return Name(Parent(path)) == "alua"; }

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

bool EndsWith(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// Returns the value of "key=" in the text written to `control`.
std::string Parameter(const std::string& control, const std::string& key) {
  const std::size_t at = control.find(key + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size() + 1;
  return control.substr(begin, control.find_first_of(",\n", begin) - begin);
}

}  // namespace

FakeLio::FakeLio(TemporaryDirectory directory)
    : ConfigFs(directory.path() + "/config"), directory_(std::move(directory)) {
  fs::create_directories(root() + "/core");
  fs::create_directories(Sysfs() + "/bus/scsi/devices");
}

FakeLio::~FakeLio() {
  stop_ = true;
  if (scanner_.joinable()) scanner_.join();
}

Status FakeLio::MakeDirectory(const std::string& path) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  DUALPATH_TRY_STATUS(Begin("mkdir " + path));
  DUALPATH_TRY_STATUS(ConfigFs::MakeDirectory(path));
  const std::string name = Name(path);
  if (IsPortGroup(path)) {
    PutPortGroup(path);
  } else if (StartsWith(Parent(path), "core/fileio_")) {
    PutPortGroup(path + "/alua/default_tg_pt_gp");
    Put(path + "/control", "");
    Put(path + "/enable", "0");
    Put(path + "/info", "");
    Put(path + "/udev_path", "");
    Put(path + "/attrib/emulate_model_alias", "0");
    Put(path + "/attrib/emulate_write_cache", "0");
    Put(path + "/wwn/vpd_unit_serial", "T10 VPD Unit Serial Number: ");
  } else if (StartsWith(name, "naa.")) {
    const std::string host = std::to_string(next_host_++);
    fs::create_directories(Directory() + "/hosts");
    (void)WriteFileAtomically(Directory() + "/hosts/" + name, host);
    (void)WriteFileAtomically(Sysfs() + "/class/scsi_host/host" + host + "/scan", "");
  } else if (IsOfIscsi(path) && StartsWith(name, "tpgt_")) {
    for (const char* attribute : {"authentication", "generate_node_acls", "cache_dynamic_acls",
                                  "demo_mode_write_protect"}) {
      Put(path + "/attrib/" + attribute, "");
    }
    Put(path + "/enable", "0");
    fs::create_directories(Absolute(path + "/lun"));
    fs::create_directories(Absolute(path + "/np"));
  } else if (StartsWith(name, "lun_")) {
    Put(path + "/alua_tg_pt_gp", "");
  } else if (StartsWith(name, "tpgt_")) {
    const auto host = ReadFile(Directory() + "/hosts/" + Name(Parent(path)));
    Put(path + "/address", *host + ":0:" + name.substr(5));
    Put(path + "/nexus", "");
    Put(path + "/transport_status", "online");
    fs::create_directories(Absolute(path + "/lun"));
    (void)WriteFileAtomically(Directory() + "/ports/" + path, "0");
  }
  return Ok{};
}

Status FakeLio::RemoveDirectory(const std::string& path) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  DUALPATH_TRY_STATUS(Begin("rmdir " + path));
  const auto refuse = [&](int error_number) {
    return Error::FromErrno("remove directory", Absolute(path), error_number);
  };
  if (!Exists(path)) return refuse(ENOENT);
  if (StartsWith(Parent(path), "core/fileio_") && IsExported(path)) return refuse(EBUSY);
  if (!IsPortGroup(path) && Exists(path + "/alua") && Directories(path + "/alua")->size() > 1) {
    return refuse(ENOTEMPTY);
  }
  if (StartsWith(Name(path), "lun_") && !Links(path)->empty()) return refuse(ENOTEMPTY);
  if (StartsWith(Name(path), "tpgt_")) {
    if (!Directories(path + "/lun")->empty()) return refuse(ENOTEMPTY);
    if (IsOfIscsi(path)) {
      if (!Directories(path + "/np")->empty()) return refuse(ENOTEMPTY);
      fs::remove_all(Absolute(path));
      return Ok{};
    }
    if (!Read(path + "/nexus")->empty()) return refuse(EBUSY);
  } else if (StartsWith(Name(path), "naa.") || StartsWith(Name(path), "fileio_")) {
    if (!Directories(path)->empty()) return refuse(ENOTEMPTY);
  }
  fs::remove_all(Absolute(path));
  return Ok{};
}

Status FakeLio::Link(const std::string& target, const std::string& link) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  DUALPATH_TRY_STATUS(Begin("link " + link));
  DUALPATH_TRY_STATUS(ConfigFs::Link(target, link));
  if (IsOfIscsi(link)) return Ok{};  // an initiator finds the disk when it scans
  const std::string group = GroupOf(link);
  const std::string ports = Directory() + "/ports/" + group;
  AddDisk(group);
  Put(Parent(link) + "/alua_tg_pt_gp", "TG Port Alias: default_tg_pt_gp\nTG Port Group ID: 0\n");
  return WriteAttribute(ports, std::to_string(std::stoi(*ReadFile(ports)) + 1));
}

Status FakeLio::Unlink(const std::string& link) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  DUALPATH_TRY_STATUS(Begin("unlink " + link));
  DUALPATH_TRY_STATUS(ConfigFs::Unlink(link));
  if (IsOfIscsi(link)) return Ok{};
  Put(Parent(link) + "/alua_tg_pt_gp", "");
  const std::string group = GroupOf(link);
  // Like tcm_loop_port_unlink, which without a disk does not decrement the port count.
  if (!fs::exists(DeviceOf(group))) return Ok{};
  fs::remove_all(DeviceOf(group));
  const std::string ports = Directory() + "/ports/" + group;
  return WriteAttribute(ports, std::to_string(std::stoi(*ReadFile(ports)) - 1));
}

Status FakeLio::Write(const std::string& path, const std::string& value) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  DUALPATH_TRY_STATUS(Begin("write " + path + "=" + value));
  const auto refuse = [&](int error_number) {
    return Error::FromErrno("write \"" + value + "\"", Absolute(path), error_number);
  };
  if (!Exists(path)) return refuse(ENOENT);
  const std::string backstore =
      Name(path) == "control" || Name(path) == "enable" ? Parent(path) : Parent(Parent(path));
  if (EndsWith(path, "/control")) {
    Put(path, *Read(path) + "," + value);
  } else if (EndsWith(path, "/enable") && !IsOfIscsi(path)) {
    const std::string control = *Read(backstore + "/control");
    const std::string file = Parameter(control, "fd_dev_name");
    if (file.empty()) return refuse(EINVAL);
    Put(path, "1");
    Put(backstore + "/attrib/emulate_model_alias", "0");
    Put(backstore + "/info",
        "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 16384\n        "
        "TCM FILEIO ID: 0        File: " +
            file + "  Size: " + Parameter(control, "fd_dev_size") + "  Mode: " +
            (Parameter(control, "fd_buffered_io") == "1" ? "Buffered-WCE" : "O_DSYNC") +
            " Async: 0\n");
  } else if (EndsWith(path, "/vpd_unit_serial")) {
    if (IsExported(backstore)) return refuse(EINVAL);
    Put(path, "T10 VPD Unit Serial Number: " + value + "\n");
  } else if (EndsWith(path, "/emulate_model_alias")) {
    if (IsExported(backstore)) return refuse(EINVAL);
    Put(path, value + "\n");
  } else if (EndsWith(path, "/alua_tg_pt_gp")) {
    Put(path, "TG Port Alias: " + value + "\nTG Port Group ID: 1\n");
  } else if (EndsWith(path, "/alua_access_type")) {
    Put(path, value == "1" ? "Implicit\n" : "Implicit and Explicit\n");
  } else if (EndsWith(path, "/nexus")) {
    const bool connected = !Read(path)->empty();
    if (value != "NULL") {
      if (connected) return refuse(EEXIST);
      Put(path, value + "\n");
    } else {
      if (!connected) return refuse(ENODEV);
      if (*ReadFile(Directory() + "/ports/" + Parent(path)) != "0") return refuse(EPERM);
      Put(path, "");
    }
  } else {
    Put(path, value + "\n");
  }
  return Ok{};
}

void FakeLio::DeleteDisk(const std::string& hctl) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  fs::remove_all(Sysfs() + "/bus/scsi/devices/" + hctl);
}

void FakeLio::AnswerScans() {
  scanner_ = std::thread([this] {
    PollUntil(
        Deadline::In(std::chrono::minutes(1)),
        [this] {
          Scan();
          return stop_.load();
        },
        PollPace{std::chrono::milliseconds(1), std::chrono::milliseconds(1)});
  });
}

void FakeLio::FailOnce(const std::string& prefix, int error_number) {
  fail_prefix_ = prefix;
  fail_errno_ = error_number;
}

Status FakeLio::Begin(const std::string& line) const {
  // Fails only once, since the line is in the log afterwards.
  const bool first = std::none_of(log_.begin(), log_.end(), [&](const std::string& seen) {
    return StartsWith(seen, fail_prefix_);
  });
  if (operations_left_ == 0) return Error::FromErrno("fake", line + ", after a kill", ESHUTDOWN);
  if (operations_left_ > 0) --operations_left_;
  log_.push_back(line);
  if (fail_errno_ == 0 || !first || !StartsWith(line, fail_prefix_)) return Ok{};
  return Error::FromErrno("fake", line, fail_errno_);
}

void FakeLio::PutPortGroup(const std::string& path) const {
  Put(path + "/tg_pt_gp_id", "0");
  Put(path + "/alua_access_state", "0");
  Put(path + "/alua_access_type", "Implicit and Explicit");
  Put(path + "/preferred", "0");
}

void FakeLio::Put(const std::string& path, const std::string& content) const {
  (void)WriteFileAtomically(Absolute(path), content);
}

bool FakeLio::IsExported(const std::string& backstore) const {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root())) {
    if (entry.is_symlink() && fs::read_symlink(entry.path()) == Absolute(backstore)) return true;
  }
  return false;
}

std::string FakeLio::DeviceOf(const std::string& group) const {
  return Sysfs() + "/bus/scsi/devices/" + *Read(group + "/address") + ":0";
}

void FakeLio::AddDisk(const std::string& group) const {
  fs::create_directories(DeviceOf(group) + "/block/sd" + next_letter_++);
}

std::vector<std::string> FakeLio::LinkedGroups() const {
  std::vector<std::string> groups;
  std::error_code ec;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(root() + "/loopback", ec)) {
    if (!entry.is_symlink()) continue;
    groups.push_back(GroupOf(fs::relative(entry.path().parent_path(), root()) / "link"));
  }
  return groups;
}

void FakeLio::Scan() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::string& group : LinkedGroups()) {
    const auto host = ReadFile(Directory() + "/hosts/" + Name(Parent(group)));
    const std::string scan = Sysfs() + "/class/scsi_host/host" + *host + "/scan";
    if (*ReadFile(scan) != "- - -" || *Read(group + "/transport_status") != "online") continue;
    fs::resize_file(scan, 0);
    if (!fs::exists(DeviceOf(group))) AddDisk(group);
  }
}

}  // namespace dualpath::lio
