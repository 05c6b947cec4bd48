#include "helpers/lab/vm.h"

#include <poll.h>
#include <spdlog/fmt/fmt.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/text.h"
#include "helpers/lab/idle_table.h"
#include "helpers/lab/line_socket.h"
#include "helpers/lab/payload.h"
#include "helpers/lab/qemu.h"
#include "helpers/process/shell_words.h"

namespace dualpath::lab {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr seconds kConnectBudget{30};
constexpr seconds kSendBudget{30};  // a line, which the port takes at once unless the VM hangs
constexpr char kCommandLine[] =
    "console=ttyS0 quiet panic=-1 oops=panic nokaslr mitigations=off apparmor=0 "
    "audit=0 systemd.show_status=0 "
    // An idle CPU wakes for what there is to do and for nothing else, since each time costs real
    // time. The other governor, and no governor, keep the tick for one more period (kernel:
    // kernel/sched/idle.c); the clocks' watchdog and kcompactd look twice a second.
    "cpuidle.governor=ladder tsc=reliable sysctl.vm.compaction_proactiveness=0";
constexpr char kNoNestedKvm[] = " modprobe.blacklist=kvm_amd,kvm";
// The instruction counter stays with either: it is the TSC that the saved kernel knows.
constexpr char kVirtualTime[] = "shift=1,align=off,sleep=off";
constexpr char kRealTime[] = "shift=1,align=off,sleep=on";
constexpr int kMostDiskMebibytes = 4096;
constexpr char kIdle[] = "/idle.aml";
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
  std::error_code ec;  // an image that is not there is QEMU's to say
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
  if (!options.state.empty()) add({"-incoming", "defer"});
  for (const std::string port : kPorts) {
    add({"-chardev", "socket,id=" + port + ",path=" + directory + "/" + port});
  }
  add({"-chardev", "socket,id=monitor,path=" + directory + "/monitor", "-mon",
       options.to_be_saved ? "chardev=monitor,mode=control" : "chardev=monitor,mode=readline"});
  add({"-acpitable", "sig=SSDT,rev=2,oem_id=DUALPA,oem_table_id=IDLE,data=" + directory + kIdle});
  add({"-serial", "file:" + directory + "/console.log"});
  return command;
}

/// What is shared memory, the disk and maybe the RAM, is in files of its own, and the stream is for
/// the rest.
Status LeaveOutSharedMemory(Qmp& qmp, Deadline deadline) {
  const json capability = {{"capability", kLeaveOutSharedMemory}, {"state", true}};
  DUALPATH_TRY_STATUS(qmp.Execute("migrate-set-capabilities",
                                  {{"capabilities", json::array({capability})}}, deadline));
  return Ok{};
}

/// A word for QEMU's monitor for people.
std::string QuotedForConsole(const std::string& word) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

/// What runs the CPU, which one it is, and how its time passes.
std::vector<std::string> CpuArguments(Accelerator accelerator) {
  // Without features that keep a VM from being saved: QEMU leaves them out of "host" by itself.
  if (accelerator == Accelerator::kKvm) return {"-accel", "kvm", "-cpu", "host", "-smp", "1"};
  // The CPU with the fewest features: it boots faster than "max", of which QEMU 7.2 emulates some
  // wrongly ("max,svm=off" garbles every path in /proc/mounts).
  return {"-accel", "tcg",     "-cpu",       "qemu64", "-smp",
          "1",      "-icount", kVirtualTime, "-rtc",   "clock=vm"};
}

/// The emulated CPU has SVM, and a VM saved with kvm_amd loaded hangs when its guest starts.
std::string CommandLine(Accelerator accelerator) {
  return std::string(kCommandLine) + (accelerator == Accelerator::kTcg ? kNoNestedKvm : "");
}

}  // namespace

std::vector<std::string> ShapeArguments(const VmShape& shape) {
  // No HPET: Linux leaves it running when it has done, and virtual time would stop at each of its
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
       // The saved VM was stopped, and one that goes on from there is to run.
       "-global", "migration.store-global-state=off",
       // A dead kernel ends the VM, and so the wait for it.
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
      state_(options.state),
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
  DUALPATH_TRY_STATUS(WriteFileAtomically(directory.path() + kIdle, IdleTable()));
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
                            accepted.error().reason() + "; QEMU said: " + (log.ok() ? *log : ""));
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
  const std::string from = "exec:cat " + process::QuotedForShell(state_);
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

Status Vm::Tell(const std::string& line) {
  return SendAll(ports_.control, line + "\n", Deadline::In(kSendBudget));
}

Result<std::string> Vm::Ask(const std::string& line, const OutputSink& sink, Deadline deadline) {
  DUALPATH_TRY_STATUS(Tell(line));
  return Listen(sink, deadline);
}

Result<std::string> Vm::Listen(const OutputSink& sink, Deadline deadline) {
  if (auto line = TakeLine(control_buffer_)) return std::move(*line);
  while (true) {
    std::array<pollfd, 3> ready = {pollfd{ports_.output.get(), POLLIN, 0},
                                   pollfd{ports_.results.get(), POLLIN, 0},
                                   pollfd{ports_.control.get(), POLLIN, 0}};
    const int wait = static_cast<int>(deadline.RemainingUpTo(seconds(3600)).count());
    if (::poll(ready.data(), ready.size(), wait) < 0 && errno != EINTR) {
      return Error::FromErrno("wait for", "the lab", errno);
    }
    // In this order: what was printed and sent before a control line is passed on before it.
    if ((ready[0].revents & POLLIN) != 0) {
      DUALPATH_TRY(const std::string text, ReadSome(ports_.output, deadline));
      if (text.empty()) return Died("it ended before it had answered");
      sink(text);
    } else if ((ready[1].revents & POLLIN) != 0) {
      DUALPATH_TRY(const std::string bytes, ReadSome(ports_.results, deadline));
      if (bytes.empty()) return Died("it ended before it had answered");
      results_buffer_ += bytes;
    } else if (ready[2].revents != 0) {
      DUALPATH_TRY(const std::string text, ReadSome(ports_.control, deadline));
      if (text.empty()) return Died("it ended before it had answered");
      control_buffer_ += text;
      if (auto line = TakeLine(control_buffer_)) return std::move(*line);
    }
    if (deadline.Expired()) return Died("it did not answer in time");
  }
}

Result<std::string> Vm::ReadResults(std::size_t bytes, Deadline deadline) {
  while (results_buffer_.size() < bytes) {
    DUALPATH_TRY(const std::string chunk, ReadSome(ports_.results, deadline));
    if (chunk.empty()) return Died("it ended while sending its results");
    results_buffer_ += chunk;
  }
  std::string results = results_buffer_.substr(0, bytes);
  results_buffer_.erase(0, bytes);
  return results;
}

Status Vm::Save(const std::string& file, Deadline deadline) {
  DUALPATH_TRY_STATUS(LeaveOutSharedMemory(*qmp_, deadline));
  DUALPATH_TRY_STATUS(qmp_->Execute("stop", json::object(), deadline));
  DUALPATH_TRY_STATUS(
      qmp_->Execute("migrate", {{"uri", "exec:cat > " + process::QuotedForShell(file)}}, deadline));
  std::string status;
  DUALPATH_TRY_STATUS(WaitUntil("save the lab VM's state to", file, deadline, [&]() -> std::string {
    const auto migration = qmp_->Execute("query-migrate", json::object(), deadline);
    if (!migration.ok()) return migration.error().ToString();
    status = migration->value("status", "none");
    return status == "completed" || status == "failed" || status == "cancelled" ? "" : status;
  }));
  if (status != "completed") {
    return Error::Because("save the lab VM's state to", file,
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

Error Vm::Died(const std::string& what_happened) const {
  const std::string console = Tail(ConsoleLog());
  const std::string qemu = Tail(QemuLog(), 1000);
  return Error::Because("talk to", "the lab VM",
                        what_happened +
                            (console.empty() ? "" : "; the end of its console: " + console) +
                            (qemu.empty() ? "" : "; QEMU said: " + qemu));
}

}  // namespace dualpath::lab
