#include "images/guest/agent/disk.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <tuple>

#include "images/guest/agent/files.h"

namespace dualpath::guest::agent {
namespace {

constexpr unsigned char kInquiry = 0x12;
constexpr unsigned char kEnableVitalProductData = 0x01;
constexpr unsigned kInquiryTimeoutMs = 30000;
constexpr char kVirtioDisk[] = "vd";

struct Hctl {
  unsigned host = 0, channel = 0, target = 0, lun = 0;

  bool operator<(const Hctl& other) const {
    return std::tie(host, channel, target, lun) <
           std::tie(other.host, other.channel, other.target, other.lun);
  }
};

std::optional<Hctl> ParseHctl(const std::string& name) {
  Hctl hctl;
  int end = 0;
  const int fields = std::sscanf(name.c_str(), "%u:%u:%u:%u%n", &hctl.host, &hctl.channel,
                                 &hctl.target, &hctl.lun, &end);
  if (fields != 4 || static_cast<std::size_t>(end) != name.size()) return std::nullopt;
  return hctl;
}

std::string NameIn(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::uint32_t NumberAt(const std::string& path) {
  return static_cast<std::uint32_t>(std::strtoul(AttributeOrEmpty(path).c_str(), nullptr, 10));
}

/// `scheduler` reads "none [mq-deadline]", with the one in use in brackets.
std::string SelectedOf(const std::string& choices) {
  const std::size_t open = choices.find('[');
  const std::size_t close = choices.find(']');
  if (open == std::string::npos || close == std::string::npos) return choices;
  return choices.substr(open + 1, close - open - 1);
}

/// Finds the first block device with that prefix in a sysfs directory, if it has its node, which
/// devtmpfs creates a little later.
std::optional<DiskLocation> FirstIn(const std::string& directory, const std::string& prefix,
                                    const DiskOptions& options) {
  for (const std::string& name : ListDirectory(directory)) {
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    DiskLocation disk{options.dev_root + "/" + name, directory + "/" + name};
    struct stat status {};
    if (::stat(disk.path.c_str(), &status) != 0) continue;
    // kernfs (since Linux 3.14) allocates numbers cyclically, so a freed one is not reused soon.
    if (::stat(disk.block_device.c_str(), &status) != 0) continue;
    disk.instance = status.st_ino;
    return disk;
  }
  return std::nullopt;
}

/// Sends INQUIRY for one page; returns the number of valid bytes, 0 on failure.
std::uint32_t Inquire(int fd, unsigned char evpd, unsigned char page, std::uint8_t* to,
                      unsigned char size) {
  unsigned char command[6] = {kInquiry, evpd, page, 0, size, 0};
  unsigned char sense[32] = {};
  sg_io_hdr_t io{};
  io.interface_id = 'S';
  io.cmdp = command;
  io.cmd_len = sizeof(command);
  io.sbp = sense;
  io.mx_sb_len = sizeof(sense);
  io.dxfer_direction = SG_DXFER_FROM_DEV;
  io.dxferp = to;
  io.dxfer_len = size;
  io.timeout = kInquiryTimeoutMs;
  if (::ioctl(fd, SG_IO, &io) != 0 || (io.info & SG_INFO_OK_MASK) != SG_INFO_OK) return 0;
  return io.dxfer_len - static_cast<unsigned>(io.resid);
}

/// Returns the length in the data's header, at most `valid`: a virtual disk may pad the data.
std::uint32_t DeclaredBytes(std::uint32_t valid, std::uint32_t header, std::uint32_t length) {
  return valid < header ? 0 : std::min(valid, header + length);
}

}  // namespace

bool operator==(const DiskLocation& a, const DiskLocation& b) {
  return a.path == b.path && a.instance == b.instance;
}

std::optional<DiskLocation> FindDisk(const DiskOptions& options) {
  if (!options.path.empty()) return DiskLocation{options.path};
  const std::string devices = options.sysfs_root + "/bus/scsi/devices/";
  std::optional<Hctl> lowest;
  std::optional<DiskLocation> found;
  for (const std::string& name : ListDirectory(devices)) {
    const std::optional<Hctl> hctl = ParseHctl(name);
    if (!hctl || (lowest && !(*hctl < *lowest))) continue;
    const std::optional<DiskLocation> disk = FirstIn(devices + name + "/block", "", options);
    if (!disk) continue;
    lowest = hctl;
    found = disk;
    found->scsi_device = devices + name;
  }
  return found ? found : FirstIn(options.sysfs_root + "/block", kVirtioDisk, options);
}

Result<UniqueFd> OpenDisk(const std::string& path, int flags) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC | flags));
  if (fd) return fd;
  const int error_number = errno;
  struct stat status {};
  if (error_number == EINVAL && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
    fd = UniqueFd(::open(path.c_str(), O_RDWR | O_CLOEXEC | flags));
    if (fd) return fd;
  }
  return Error::FromErrno("open disk", path, error_number);
}

std::optional<wire::DiskAnswer> InquireDisk(const DiskLocation& location) {
  wire::DiskAnswer answer{};
  CopyText(NameIn(location.path), answer.name, sizeof(answer.name));
  const UniqueFd fd(::open(location.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  // The kernel names a disk before it can be opened.
  if (!fd && errno == ENXIO) return std::nullopt;
  if (!fd) return answer;
  const std::uint32_t inquiry = Inquire(fd.get(), 0, 0, answer.inquiry, sizeof(answer.inquiry));
  answer.inquiry_bytes = DeclaredBytes(inquiry, 5, answer.inquiry[4]);
  // The CDB has one byte of length: 255 at most.
  const std::uint32_t vpd83 =
      Inquire(fd.get(), kEnableVitalProductData, 0x83, answer.vpd83, sizeof(answer.vpd83) - 1);
  const auto vpd83_length = static_cast<std::uint32_t>(answer.vpd83[2] << 8 | answer.vpd83[3]);
  answer.vpd83_bytes = DeclaredBytes(vpd83, 4, vpd83_length);
  struct stat status {};
  std::uint64_t device_bytes = 0;
  if (::ioctl(fd.get(), BLKGETSIZE64, &device_bytes) == 0) {
    answer.size_bytes = device_bytes;
  } else if (::fstat(fd.get(), &status) == 0) {
    answer.size_bytes = static_cast<std::uint64_t>(status.st_size);
  }
  return answer;
}

void DescribeDisk(const DiskLocation& location, wire::DiskAnswer& answer) {
  const std::string& device = location.scsi_device;
  answer.host = wire::kNoScsiHost;
  if (const std::optional<Hctl> hctl = ParseHctl(NameIn(device))) {
    answer.host = hctl->host;
    answer.channel = hctl->channel;
    answer.target = hctl->target;
    answer.lun = hctl->lun;
  }
  if (location.block_device.empty()) return;
  CopyText(AttributeOrEmpty(device + "/vendor"), answer.vendor, sizeof(answer.vendor));
  CopyText(AttributeOrEmpty(device + "/model"), answer.model, sizeof(answer.model));
  CopyText(AttributeOrEmpty(device + "/rev"), answer.revision, sizeof(answer.revision));
  CopyText(AttributeOrEmpty(device + "/state"), answer.state, sizeof(answer.state));
  CopyText(AttributeOrEmpty(device + "/wwid"), answer.wwid, sizeof(answer.wwid));
  answer.queue_depth = NumberAt(device + "/queue_depth");
  answer.timeout_seconds = NumberAt(device + "/timeout");
  const std::string queue = location.block_device + "/queue";
  answer.logical_block_bytes = NumberAt(queue + "/logical_block_size");
  answer.physical_block_bytes = NumberAt(queue + "/physical_block_size");
  answer.nr_requests = NumberAt(queue + "/nr_requests");
  answer.max_sectors_kb = NumberAt(queue + "/max_sectors_kb");
  CopyText(SelectedOf(AttributeOrEmpty(queue + "/scheduler")), answer.scheduler,
           sizeof(answer.scheduler));
}

}  // namespace dualpath::guest::agent
