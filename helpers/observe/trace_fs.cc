#include "helpers/observe/trace_fs.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::observe {
namespace {

namespace fs = std::filesystem;

const char kInstancePrefix[] = "dualpath-";
const char kProbeGroupPrefix[] = "dualpath_";

/// Returns the process ID in the name of an instance or probe group; 0 if it is not Dualpath's.
int OwnerOf(const std::string& name, const std::string& prefix) {
  return ParseAfter<int>(prefix, name).value_or(0);
}

bool HasEnded(int pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

Status RemoveInstance(const std::string& path) {
  // tracefs removes the directory with its contents.
  if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return Ok{};
  return Error::FromErrno("remove tracing instance", path, errno);
}

Status RemoveProbe(const std::string& root, const std::string& group) {
  return WriteAttribute(root + "/kprobe_events", "-:" + group + "/" + kSgIoEvent + "\n");
}

Status RemoveStaleObjects(const std::string& root) {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(root + "/instances", ec)) {
    const int owner = OwnerOf(entry.path().filename().string(), kInstancePrefix);
    if (owner != 0 && HasEnded(owner)) DUALPATH_TRY_STATUS(RemoveInstance(entry.path().string()));
  }
  const auto probes = ReadFile(root + "/kprobe_events");
  if (!probes.ok()) return Ok{};  // a kernel without probes
  for (const std::string& group : StaleProbeGroups(*probes)) {
    DUALPATH_TRY_STATUS(RemoveProbe(root, group));
  }
  return Ok{};
}

}  // namespace

// Each line has one probe: "p:dualpath_PID/dualpath_sg_io scsi_mod:put_sg_io_hdr ...".
std::vector<std::string> StaleProbeGroups(const std::string& kprobe_events) {
  std::vector<std::string> groups;
  std::istringstream lines(kprobe_events);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find(':') + 1;
    const std::string group = line.substr(begin, line.find('/') - begin);
    const int owner = OwnerOf(group, kProbeGroupPrefix);
    if (owner != 0 && HasEnded(owner)) groups.push_back(group);
  }
  return groups;
}

Result<std::string> TraceFsRoot() {
  for (const char* root : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    if (fs::is_directory(std::string(root) + "/instances")) return std::string(root);
  }
  return Error::Because("trace the kernel", "tracefs",
                        "not mounted on /sys/kernel/tracing or /sys/kernel/debug/tracing; as root: "
                        "mount -t tracefs nodev /sys/kernel/tracing");
}

Result<TraceFs> TraceFs::Start(const std::string& given_root) {
  std::string root = given_root;
  if (root.empty()) {
    DUALPATH_TRY(root, TraceFsRoot());
  }
  DUALPATH_TRY_STATUS(RemoveStaleObjects(root));
  const std::string pid = std::to_string(::getpid());
  TraceFs trace(root, root + "/instances/" + kInstancePrefix + pid);
  // The probe first, since undo runs in reverse: a probe in use by an instance cannot be removed.
  const Status probed = trace.DefineSgIoProbe(kProbeGroupPrefix + pid);
  DUALPATH_TRY_STATUS(trace.CreateInstance());
  DUALPATH_TRY_STATUS(trace.EnableEvent("scsi/scsi_dispatch_cmd_done", "result != 0"));
  DUALPATH_TRY_STATUS(trace.EnableEvent("scsi/scsi_dispatch_cmd_timeout", ""));
  DUALPATH_TRY_STATUS(trace.EnableEvent("scsi/scsi_dispatch_cmd_error", ""));
  // Not block_rq_error, which does not fire for the requests of SG_IO.
  DUALPATH_TRY(const std::string error, trace.ErrorFieldOf("block/block_rq_complete"));
  DUALPATH_TRY_STATUS(trace.EnableEvent("block/block_rq_complete", error + " != 0"));
  if (probed.ok()) {
    DUALPATH_TRY_STATUS(trace.EnableEvent(kProbeGroupPrefix + pid + "/" + kSgIoEvent,
                                          "host != 0 || driver != 0 || status != 0"));
  } else {
    trace.why_no_sg_io_ = probed.error().ToString();
  }
  return trace;
}

Status TraceFs::DefineSgIoProbe(const std::string& group) {
  const std::string probe = "p:" + group + "/" + kSgIoEvent + " put_sg_io_hdr " + kSgIoProbe + "\n";
  DUALPATH_TRY_STATUS(WriteAttribute(root_ + "/kprobe_events", probe));
  undo_.Add("remove the probe", [root = root_, group] { return RemoveProbe(root, group); });
  return Ok{};
}

Status TraceFs::CreateInstance() {
  if (::mkdir(instance_.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error::FromErrno("create tracing instance", instance_, errno);
  }
  undo_.Add("stop tracing", [instance = instance_] { return RemoveInstance(instance); });
  // The only trace clock that user space can read.
  return WriteAttribute(instance_ + "/trace_clock", "mono");
}

// "field:int errors;" before Linux 4.13, "field:int error;" since.
Result<std::string> TraceFs::ErrorFieldOf(const std::string& event) const {
  const std::string file = instance_ + "/events/" + event + "/format";
  DUALPATH_TRY(const std::string format, ReadFile(file));
  for (const char* field : {"error", "errors"}) {
    if (format.find(std::string(" ") + field + ";") != std::string::npos) return std::string(field);
  }
  return Error::Because("find the error's field in", file, "it has neither error nor errors");
}

Status TraceFs::EnableEvent(const std::string& event, const std::string& filter) {
  const std::string directory = instance_ + "/events/" + event;
  if (!filter.empty()) {
    DUALPATH_TRY_STATUS(WriteAttribute(directory + "/filter", filter));
  }
  return WriteAttribute(directory + "/enable", "1");
}

Result<Trace> TraceFs::Read() const {
  DUALPATH_TRY(const std::string text, ReadFile(instance_ + "/trace"));
  return ParseTrace(text);
}

}  // namespace dualpath::observe
