#include "helpers/lab/vm.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <boost/algorithm/string/replace.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "helpers/base/deadline.h"
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

constexpr std::chrono::minutes kLongestSave{5};  // CPU time (watch.h)
constexpr Limit kStart{seconds(60)};
constexpr std::uintmax_t kMostLog = std::uintmax_t{16}
                                    << 20;  // of the console, and of QEMU's own log
// A VM in real time may be idle for as long as its case waits.
constexpr std::chrono::hours kLongestIdle{2};
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

/// Quotes a file name in an option with several values, which a comma would end.
std::string InOption(const std::string& file) {
  return boost::algorithm::replace_all_copy(file, ",", ",,");
}

/// Returns the value of -sandbox.
std::string Sandbox(const QemuFeatures& features) {
  return std::string("on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny,spawn=") +
         (features.file_migration ? "deny" : "allow");
}

/// Returns where migration writes to, or reads from.
std::string MigrationTo(const std::string& file, const QemuFeatures& features) {
  return features.file_migration ? "file:" + file : "exec:cat > " + process::QuotedForShell(file);
}
std::string MigrationFrom(const std::string& file, const QemuFeatures& features) {
  return features.file_migration ? "file:" + file : "exec:cat " + process::QuotedForShell(file);
}

/// Returns an `Error` if a log is longer than a VM may make it.
Status CheckLogs(const std::string& directory) {
  for (const std::string name : {"console.log", "qemu.log"}) {
    std::error_code ec;
    const std::uintmax_t size = std::filesystem::file_size(directory + "/" + name, ec);
    if (!ec && size > kMostLog) {
      return Error::Because("check the lab VM's log", name,
                            fmt::format("{} is longer than {} MiB", name, kMostLog >> 20));
    }
  }
  return Ok{};
}

/// Returns "; Kernel panic - not syncing: ..." if the console has it. Its call trace, and the one
/// before it, are longer than the end of the console in a message.
std::string PanicOn(const std::string& console) {
  const std::size_t at = console.find("Kernel panic - not syncing");
  if (at == std::string::npos) return "";
  return "; " + console.substr(at, console.find_first_of("\r\n", at) - at);
}

}  // namespace

std::vector<std::string> ArgumentsOf(const Vm::Options& options, const std::string& directory,
                                     const QemuFeatures& features) {
  std::vector<std::string> arguments;
  const auto add = [&](std::initializer_list<std::string> words) {
    arguments.insert(arguments.end(), words);
  };
  if (features.sandbox) add({"-sandbox", Sandbox(features)});
  for (const std::string& word : ShapeArguments(options.shape)) {
    add({word == kVirtualTime && options.pace == Pace::kReal ? kRealTime : word});
  }
  add({"-kernel", options.shape.kernel, "-initrd", options.shape.initrd});
  std::error_code ec;  // QEMU reports an image that is missing
  const std::string disk_size = std::to_string(std::filesystem::file_size(options.disk, ec));
  add({"-object", "memory-backend-file,id=disk,readonly=on,share=on,size=" + disk_size +
                      ",mem-path=" + InOption(options.disk)});
  add({"-drive",
       options.payload.empty()
           ? "if=none,id=payload,driver=null-co,read-zeroes=on,read-only=on,size=" +
                 std::to_string(kPayloadMebibytes) + "M"
           : "if=none,id=payload,format=raw,read-only=on,file=" + InOption(options.payload)});
  const std::string size = std::to_string(options.shape.memory_mebibytes) + "M";
  const std::string file = options.ram.empty() ? "" : ",mem-path=" + InOption(options.ram);
  add({"-object", (file.empty() ? "memory-backend-ram,id=ram,size=" + size
                                : "memory-backend-file,id=ram,size=" + size + file) +
                      (options.owns_ram ? ",share=on" : ",share=off")});
  if (!options.devices.empty()) add({"-incoming", "defer"});
  for (const std::string port : kPorts) {
    add({"-chardev", "socket,id=" + port + ",path=" + InOption(directory) + "/" + port});
  }
  add({"-chardev", "socket,id=monitor,path=" + InOption(directory) + "/monitor", "-mon",
       options.to_be_saved ? "chardev=monitor,mode=control" : "chardev=monitor,mode=readline"});
  add({"-acpitable", "file=" + InOption(options.shape.idle_table)});
  add({"-serial", "file:" + directory + "/console.log"});
  return arguments;
}

namespace {

/// Leaves shared memory out of the migration stream: the disk and the RAM that the VM owns are
/// already in files.
Status LeaveOutSharedMemory(Qmp& qmp, Watch& watch) {
  const json capability = {{"capability", kLeaveOutSharedMemory}, {"state", true}};
  DUALPATH_TRY_STATUS(qmp.Execute("migrate-set-capabilities",
                                  {{"capabilities", json::array({capability})}}, watch));
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
/// The user's words come last: of a word that is there twice, the kernel uses the last.
std::string CommandLine(const VmShape& shape) {
  return std::string(kCommandLine) + (shape.accelerator == Accelerator::kTcg ? kNoNestedKvm : "") +
         (shape.append.empty() ? "" : " " + shape.append);
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
       "-no-reboot", "-append", CommandLine(shape), "-device", "virtio-pmem-pci,memdev=disk",
       "-device", "virtio-blk-pci,drive=payload", "-device", "virtio-serial-pci"});
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
      shape_qemu_(options.shape.qemu),
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
  DUALPATH_TRY(const QemuFeatures features, FeaturesOfQemu(options.shape.qemu));
  process::Command command = QemuCommand(options.shape.qemu);
  command.confined = true;
  for (const std::string& word : ArgumentsOf(options, directory.path(), features)) {
    command.argv.push_back(word);
  }
  DUALPATH_TRY(process::Background qemu, process::Background::Start(command, {path("qemu.log")}));
  Watch watch(kStart, Watch::OfProcess(qemu.pid()), [&qemu]() -> Status {
    if (qemu.Running()) return Ok{};
    return Error::Because("start the lab VM", "QEMU", "it has ended");
  });
  Ports ports;
  UniqueFd monitor_socket;
  const std::array<std::pair<const UniqueFd*, UniqueFd*>, 4> connections = {
      {{&control, &ports.control},
       {&output, &ports.output},
       {&results, &ports.results},
       {&monitor, &monitor_socket}}};
  for (const auto& [listener, socket] : connections) {
    const Status connected = watch.AwaitReadable(listener->get());
    if (!connected.ok()) {
      const auto log = ReadFile(path("qemu.log"));
      return Error::Because("start the lab VM", QemuCommand(options.shape.qemu).ToString(),
                            connected.error().reason() + "; QEMU's log: " + (log.ok() ? *log : ""));
    }
    DUALPATH_TRY(*socket, AcceptOn(*listener, Deadline::In(seconds(10))));
  }
  Vm vm(std::move(directory), std::move(qemu), std::move(ports), options);
  if (options.to_be_saved) {
    Watch negotiating = vm.WatchFor(kStart);
    DUALPATH_TRY(vm.qmp_, Qmp::Negotiate(std::move(monitor_socket), negotiating));
  } else {
    vm.console_ = std::move(monitor_socket);
  }
  return vm;
}

Watch Vm::WatchFor(Limit limit) const {
  if (pace_ == Pace::kReal) limit.still = kLongestIdle;
  return {limit, Watch::OfProcess(qemu_.pid()),
          [directory = directory_.path()] { return CheckLogs(directory); }};
}

Status Vm::Resume(Limit limit) {
  DUALPATH_TRY(const QemuFeatures features, FeaturesOfQemu(shape_qemu_));
  const std::string from = MigrationFrom(devices_, features);
  if (!qmp_) {
    return SendAll(console_,
                   std::string("migrate_set_capability ") + kLeaveOutSharedMemory +
                       " on\nmigrate_incoming " + QuotedForConsole(from) + "\n",
                   Deadline::In(kSendBudget));
  }
  Watch watch = WatchFor(limit);
  DUALPATH_TRY_STATUS(LeaveOutSharedMemory(*qmp_, watch));
  DUALPATH_TRY_STATUS(qmp_->Execute("migrate-incoming", {{"uri", from}}, watch));
  return Ok{};
}

void Vm::Hold() {
  if (!held_) qemu_.Pause();
  held_ = true;
}

void Vm::Release() {
  if (held_) qemu_.Continue();
  held_ = false;
}

Status Vm::SendLine(const std::string& line) {
  Release();
  return ports_.SendLine(line);
}

Result<std::string> Vm::ReadLine(const OutputSink& sink, Limit limit) {
  if (!ports_.HasLine()) Release();
  Watch watch = WatchFor(limit);
  auto line = ports_.ReadLine(sink, watch);
  if (!line.ok()) return ExitError(line.error().object() + " port: " + line.error().reason());
  return line;
}

Result<std::string> Vm::Request(const std::string& line, const OutputSink& sink, Limit limit) {
  DUALPATH_TRY_STATUS(SendLine(line));
  return ReadLine(sink, limit);
}

Result<std::string> Vm::ReadResults(std::size_t bytes, Limit limit) {
  Release();
  Watch watch = WatchFor(limit);
  auto results = ports_.ReadResults(bytes, watch);
  if (!results.ok()) return ExitError("results port: " + results.error().reason());
  return results;
}

Status Vm::Save(const std::string& file, Afterwards afterwards) {
  Release();
  Watch watch = WatchFor(Limit{kLongestSave});
  Status written = WriteStateTo(file, watch);
  if (afterwards == Afterwards::kGoOn) {
    // Also after a failure: a full disk is no reason to lose the VM.
    const auto going_on = qmp_->Execute("cont", json::object(), watch);
    if (!written.ok() || going_on.ok()) return written;
    return going_on.error();
  }
  if (!written.ok()) return written;
  DUALPATH_TRY_STATUS(qmp_->Execute("quit", json::object(), watch));
  return watch.Until([this] { return !qemu_.Running(); });
}

Status Vm::WriteStateTo(const std::string& file, Watch& watch) {
  DUALPATH_TRY(const QemuFeatures features, FeaturesOfQemu(shape_qemu_));
  DUALPATH_TRY_STATUS(LeaveOutSharedMemory(*qmp_, watch));
  DUALPATH_TRY_STATUS(qmp_->Execute("stop", json::object(), watch));
  DUALPATH_TRY_STATUS(qmp_->Execute("migrate", {{"uri", MigrationTo(file, features)}}, watch));
  std::string status;
  Status asked = Ok{};
  DUALPATH_TRY_STATUS(watch.Until([&] {
    const auto migration = qmp_->Execute("query-migrate", json::object(), watch);
    if (!migration.ok()) asked = migration.error();  // QEMU has ended, for example
    status = migration.ok() ? migration->value("status", "none") : "failed";
    return status == "completed" || status == "failed" || status == "cancelled";
  }));
  if (!asked.ok()) return asked.error().While("save the lab VM in " + file + "; " + QemuLog());
  if (status != "completed") {
    return Error::Because("save the lab VM in", file,
                          "QEMU's migration " + status + "; " + QemuLog());
  }
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
  const std::string log = ConsoleLog();
  const std::string console = Tail(log);
  const std::string qemu = Tail(QemuLog(), 1000);
  return Error::Because("wait for", "the lab VM",
                        what_happened + PanicOn(log) +
                            (console.empty() ? "" : "; end of its console: " + console) +
                            (qemu.empty() ? "" : "; QEMU's log: " + qemu));
}

}  // namespace dualpath::lab
