#include "helpers/lab/vm.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/text.h"
#include "helpers/lab/line_socket.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/qemu.h"
#include "helpers/process/shell_words.h"

namespace dualpath::lab {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr seconds kConnectBudget{30};
constexpr char kCommandLine[] =
    "console=ttyS0 quiet panic=-1 oops=panic nokaslr mitigations=off apparmor=0 "
    "audit=0 systemd.show_status=0 "
    // Each wake-up of an idle CPU costs real time. The other governor, and no governor, keep the
    // tick for one more period (kernel: kernel/sched/idle.c); the clocksource watchdog and
    // kcompactd run twice a second.
    "cpuidle.governor=ladder tsc=reliable sysctl.vm.compaction_proactiveness=0";
constexpr char kNoNestedKvm[] = " modprobe.blacklist=kvm_amd,kvm";
// Both use the instruction counter, which is the TSC of the kernel in the snapshot.
constexpr char kVirtualTime[] = "shift=1,align=off,sleep=off";
constexpr char kRealTime[] = "shift=1,align=off,sleep=on";
constexpr int kMostDiskMebibytes = 4096;
constexpr char kLeaveOutSharedMemory[] = "x-ignore-shared";
constexpr std::array<const char*, 3> kPorts = {"control", "output", "results"};

process::Command CommandFor(const Vm::Options& options, const std::string& directory) {
  process::Command command = QemuCommand(options.shape.qemu);
  const auto add = [&](std::initializer_list<std::string> words) {
    command.argv.insert(command.argv.end(), words);
  };
  for (const std::string& word : ShapeArguments(options.shape)) {
    command.argv.push_back(word == kVirtualTime && options.pace == Pace::kReal ? kRealTime : word);
  }
  add({"-kernel", options.shape.kernel, "-initrd", options.shape.initrd});
  std::error_code ec;  // QEMU reports an image that is missing
  const std::string disk_size = std::to_string(std::filesystem::file_size(options.disk, ec));
  add({"-object", "memory-backend-file,id=disk,readonly=on,share=on,size=" + disk_size +
                      ",mem-path=" + options.disk});
  add({"-drive", options.payload.empty()
                     ? "if=none,id=payload,driver=null-co,read-zeroes=on,read-only=on,size=" +
                           std::to_string(kPayloadMebibytes) + "M"
                     : "if=none,id=payload,format=raw,read-only=on,file=" + options.payload});
  const std::string size = std::to_string(options.shape.memory_mebibytes) + "M";
  const std::string file = options.ram.empty() ? "" : ",mem-path=" + options.ram;
  add({"-object", (file.empty() ? "memory-backend-ram,id=ram,size=" + size
                                : "memory-backend-file,id=ram,size=" + size + file) +
                      (options.owns_ram ? ",share=on" : ",share=off")});
  if (!options.devices.empty()) add({"-incoming", "defer"});
  for (const std::string port : kPorts) {
    add({"-chardev", "socket,id=" + port + ",path=" + directory + "/" + port});
  }
  add({"-chardev", "socket,id=monitor,path=" + directory + "/monitor", "-mon",
       options.to_be_saved ? "chardev=monitor,mode=control" : "chardev=monitor,mode=readline"});
  add({"-acpitable", "file=" + options.shape.idle_table});
  add({"-serial", "file:" + directory + "/console.log"});
  return command;
}

/// Leaves shared memory out of the migration stream: the disk and the RAM that the VM owns are
/// already in files.
Status LeaveOutSharedMemory(Qmp& qmp, Deadline deadline) {
  const json capability = {{"capability", kLeaveOutSharedMemory}, {"state", true}};
  DUALPATH_TRY_STATUS(qmp.Execute("migrate-set-capabilities",
                                  {{"capabilities", json::array({capability})}}, deadline));
  return Ok{};
}

/// Quotes a word for QEMU's human monitor.
std::string QuotedForConsole(const std::string& word) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

/// Returns the arguments for accelerator, CPU model and clock.
std::vector<std::string> CpuArguments(Accelerator accelerator) {
  // QEMU leaves features out of "host" that prevent migration.
  if (accelerator == Accelerator::kKvm) return {"-accel", "kvm", "-cpu", "host", "-smp", "1"};
  // qemu64 has the fewest features: it boots faster than "max", some of whose features QEMU 7.2
  // emulates wrongly ("max,svm=off" garbles every file name in /proc/mounts).
  return {"-accel", "tcg",     "-cpu",       "qemu64", "-smp",
          "1",      "-icount", kVirtualTime, "-rtc",   "clock=vm"};
}

/// The emulated CPU has SVM: a guest that starts after a restore hangs if kvm_amd was loaded.
std::string CommandLine(Accelerator accelerator) {
  return std::string(kCommandLine) + (accelerator == Accelerator::kTcg ? kNoNestedKvm : "");
}

}  // namespace

std::vector<std::string> ShapeArguments(const VmShape& shape) {
  // No HPET: Linux leaves it running after calibration, and virtual time would stop at each of its
  // 500 edges a second.
  std::vector<std::string> arguments = {"-M", "q35,memory-backend=ram,hpet=off"};
  const auto add = [&](const std::vector<std::string>& words) {
    arguments.insert(arguments.end(), words.begin(), words.end());
  };
  add(CpuArguments(shape.accelerator));
  add({"-m",
       fmt::format("{}M,maxmem={}M", shape.memory_mebibytes,
                   shape.memory_mebibytes + kMostDiskMebibytes),
       "-nodefaults", "-display", "none",
       // The VM was saved while stopped; a restored one has to run.
       "-global", "migration.store-global-state=off",
       // A kernel panic ends QEMU and thus the wait for the VM.
       "-no-reboot", "-append", CommandLine(shape.accelerator), "-device",
       "virtio-pmem-pci,memdev=disk", "-device", "virtio-blk-pci,drive=payload", "-device",
       "virtio-serial-pci"});
  for (const std::string port : kPorts) {
    add({"-device", "virtserialport,chardev=" + port + ",name=dualpath." + port});
  }
  return arguments;
}

Vm::Vm(TemporaryDirectory directory, process::Background qemu, Ports ports, const Options& options)
    : directory_(std::move(directory)),
      qemu_(std::move(qemu)),
      ports_(std::move(ports)),
      devices_(options.devices),
      pace_(options.shape.accelerator == Accelerator::kKvm ? Pace::kReal : options.pace) {
  if (pace_ == Pace::kVirtual) cpu_ = CpuSlot::Take();
  if (cpu_) cpu_->Hold(qemu_.pid());
}

Result<Vm> Vm::Start(const Options& options) {
  DUALPATH_TRY(TemporaryDirectory directory, TemporaryDirectory::Create());
  const auto path = [&](const std::string& name) { return directory.path() + "/" + name; };
  DUALPATH_TRY(const UniqueFd control, ListenAt(path("control")));
  DUALPATH_TRY(const UniqueFd output, ListenAt(path("output")));
  DUALPATH_TRY(const UniqueFd results, ListenAt(path("results")));
  DUALPATH_TRY(const UniqueFd monitor, ListenAt(path("monitor")));
  DUALPATH_TRY(
      process::Background qemu,
      process::Background::Start(CommandFor(options, directory.path()), {path("qemu.log")}));
  Ports ports;
  UniqueFd monitor_socket;
  const std::array<std::pair<const UniqueFd*, UniqueFd*>, 4> connections = {
      {{&control, &ports.control},
       {&output, &ports.output},
       {&results, &ports.results},
       {&monitor, &monitor_socket}}};
  for (const auto& [listener, socket] : connections) {
    auto accepted = AcceptOn(*listener, Deadline::In(kConnectBudget));
    if (!accepted.ok()) {
      const auto log = ReadFile(path("qemu.log"));
      return Error::Because("start the lab VM", QemuCommand(options.shape.qemu).ToString(),
                            accepted.error().reason() + "; QEMU's log: " + (log.ok() ? *log : ""));
    }
    *socket = std::move(*accepted);
  }
  Vm vm(std::move(directory), std::move(qemu), std::move(ports), options);
  if (options.to_be_saved) {
    DUALPATH_TRY(vm.qmp_, Qmp::Negotiate(std::move(monitor_socket), Deadline::In(kConnectBudget)));
  } else {
    vm.console_ = std::move(monitor_socket);
  }
  return vm;
}

Status Vm::Resume(Deadline deadline) {
  const std::string from = "exec:cat " + process::QuotedForShell(devices_);
  if (!qmp_) {
    return SendAll(console_,
                   std::string("migrate_set_capability ") + kLeaveOutSharedMemory +
                       " on\nmigrate_incoming " + QuotedForConsole(from) + "\n",
                   deadline);
  }
  DUALPATH_TRY_STATUS(LeaveOutSharedMemory(*qmp_, deadline));
  DUALPATH_TRY_STATUS(qmp_->Execute("migrate-incoming", {{"uri", from}}, deadline));
  return Ok{};
}

Status Vm::SendLine(const std::string& line) { return ports_.SendLine(line); }

Result<std::string> Vm::ReadLine(const OutputSink& sink, Deadline deadline) {
  auto line = ports_.ReadLine(sink, deadline);
  if (!line.ok()) return ExitError(line.error().object() + " port: " + line.error().reason());
  return line;
}

Result<std::string> Vm::Request(const std::string& line, const OutputSink& sink,
                                Deadline deadline) {
  DUALPATH_TRY_STATUS(SendLine(line));
  return ReadLine(sink, deadline);
}

Result<std::string> Vm::ReadResults(std::size_t bytes, Deadline deadline) {
  auto results = ports_.ReadResults(bytes, deadline);
  if (!results.ok()) return ExitError("results port: " + results.error().reason());
  return results;
}

Status Vm::Save(const std::string& file, Deadline deadline) {
  DUALPATH_TRY_STATUS(LeaveOutSharedMemory(*qmp_, deadline));
  DUALPATH_TRY_STATUS(qmp_->Execute("stop", json::object(), deadline));
  DUALPATH_TRY_STATUS(
      qmp_->Execute("migrate", {{"uri", "exec:cat > " + process::QuotedForShell(file)}}, deadline));
  std::string status;
  DUALPATH_TRY_STATUS(WaitUntil("save the lab VM in", file, deadline, [&]() -> std::string {
    const auto migration = qmp_->Execute("query-migrate", json::object(), deadline);
    if (!migration.ok()) return migration.error().ToString();
    status = migration->value("status", "none");
    return status == "completed" || status == "failed" || status == "cancelled" ? "" : status;
  }));
  if (status != "completed") {
    return Error::Because("save the lab VM in", file,
                          "QEMU's migration " + status + "; " + QemuLog());
  }
  DUALPATH_TRY_STATUS(qmp_->Execute("quit", json::object(), deadline));
  DUALPATH_TRY_STATUS(qemu_.Wait(deadline));
  return Ok{};
}

std::string Vm::ConsoleLog() const {
  const auto log = ReadFile(directory_.path() + "/console.log");
  return log.ok() ? *log : log.error().ToString();
}

std::string Vm::QemuLog() const {
  const auto log = ReadFile(directory_.path() + "/qemu.log");
  return log.ok() ? *log : log.error().ToString();
}

Error Vm::ExitError(const std::string& what_happened) const {
  const std::string console = Tail(ConsoleLog());
  const std::string qemu = Tail(QemuLog(), 1000);
  return Error::Because("wait for", "the lab VM",
                        what_happened +
                            (console.empty() ? "" : "; end of its console: " + console) +
                            (qemu.empty() ? "" : "; QEMU's log: " + qemu));
}

}  // namespace dualpath::lab
