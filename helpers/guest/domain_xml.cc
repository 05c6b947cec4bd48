#include "helpers/guest/domain_xml.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "helpers/guest/wire/wire.h"
#include "helpers/guest/xml.h"

namespace dualpath::guest {

using boost::property_tree::ptree;

// From virDomainCreate to the first read of the disk, with QEMU's emulator inside QEMU's emulator:
// 96 s with "console=ttyS0 panic=-1 quiet" and a bzImage, 35 s with these and a vmlinux.
// Kernel: Documentation/admin-guide/kernel-parameters.txt.
const char kDefaultKernelCommandLine[] =
    "console=ttyS0 panic=-1 quiet mitigations=off audit=0 ipv6.disable=1"
    // Testing the emulated timers takes time. Each wake-up of an idle guest costs the lab's virtual
    // time: without the TSC as clock source there are 250 a second. ACPI stays on because the TSC
    // is calibrated by its timer. kcompactd would wake up twice a second.
    " no_timer_check tsc=reliable sysctl.vm.compaction_proactiveness=0"
    // The emulators retranslate all code that the kernel patches at boot; with one CPU, patching
    // out lock prefixes gains little.
    " noreplace-smp"
    // Skips the search of all page tables for writable code.
    " rodata=off"
    " init_on_alloc=0 lsm=capability 8250.nr_uarts=1 rcupdate.rcu_expedited=1"
    " cryptomgr.notests"
    // Expensive at boot and unused: the self-test of a random number generator, tracing,
    // certificates, BPF type information.
    " initcall_blacklist=jent_mod_init,init_kprobe_trace,trace_eval_init,"
    "load_system_certificate_list,bpf_tcp_ca_kfunc_init,bpf_dummy_struct_ops_init";

namespace {

void AddText(ptree& parent, const std::string& name, const std::string& text) {
  if (!text.empty()) AddElement(parent, name, {}, text);
}

void AddBoot(ptree& domain, const DomainOptions& options) {
  ptree& os = AddElement(domain, "os", {});
  AddElement(os, "type", {{"arch", "x86_64"}, {"machine", options.machine}}, "hvm");
  if (!options.firmware.empty()) {
    AddElement(os, "loader", {{"readonly", "yes"}, {"type", "rom"}}, options.firmware);
  }
  AddText(os, "kernel", options.kernel);
  AddText(os, "initrd", options.initramfs);
  AddText(os, "cmdline", options.kernel_command_line);
}

void AddCpu(ptree& domain, const DomainOptions& options) {
  if (options.cpu_model.empty()) return;
  ptree& cpu =
      AddElement(domain, "cpu", {{"mode", "custom"}, {"match", "exact"}, {"check", "none"}});
  AddElement(cpu, "model", {{"fallback", "forbid"}}, options.cpu_model);
}

void AddSerialLine(ptree& devices, const DomainOptions& options) {
  if (options.console_log.empty()) return;
  ptree& serial = AddElement(devices, "serial", {{"type", "file"}});
  AddElement(serial, "source", {{"path", options.console_log}});
  AddElement(serial, "target", {{"port", "0"}});
}

void AddChannel(ptree& devices) {
  ptree& channel = AddElement(devices, "channel", {{"type", "unix"}});
  AddElement(channel, "target", {{"type", "virtio"}, {"name", wire::kChannelName}});
}

}  // namespace

std::string RenderDomainXml(const DomainOptions& options) {
  const bool kvm = options.virtualization == Virtualization::kKvm;
  ptree tree;
  ptree& domain = AddElement(tree, "domain", {{"type", kvm ? "kvm" : "qemu"}});
  AddText(domain, "name", options.name);
  AddElement(domain, "memory", {{"unit", "MiB"}}, std::to_string(options.memory_mib));
  AddText(domain, "vcpu", "1");
  AddBoot(domain, options);
  AddCpu(domain, options);
  ptree& features = AddElement(domain, "features", {});
  AddElement(features, "acpi", {});
  AddElement(features, "apic", {});
  ptree& clock = AddElement(domain, "clock", {{"offset", "utc"}});
  AddElement(clock, "timer", {{"name", "hpet"}, {"present", "no"}});
  for (const char* end : {"on_poweroff", "on_reboot", "on_crash"}) AddText(domain, end, "destroy");
  ptree& devices = AddElement(domain, "devices", {});
  AddText(devices, "emulator", options.emulator);
  AddDisk(devices, options.disk);
  AddElement(devices, "controller", {{"type", "scsi"}, {"index", "0"}, {"model", "virtio-scsi"}});
  AddSerialLine(devices, options);
  AddChannel(devices);
  AddElement(devices, "controller", {{"type", "usb"}, {"model", "none"}});
  AddElement(devices, "memballoon", {{"model", "none"}});
  return ToXml(tree);
}

Result<std::string> AgentSocketIn(const std::string& domain_xml) {
  const auto fail = [](const std::string& reason) {
    return Error::Because("find the agent's socket", "the XML of a domain", reason);
  };
  try {
    std::istringstream text(domain_xml);
    ptree tree;
    boost::property_tree::read_xml(text, tree);
    for (const auto& [kind, device] : tree.get_child("domain.devices")) {
      if (kind != "channel") continue;
      const auto name = device.get<std::string>("target.<xmlattr>.name", "");
      std::string path = device.get<std::string>("source.<xmlattr>.path", "");
      if (name == wire::kChannelName && !path.empty()) return path;
    }
  } catch (const boost::property_tree::ptree_error& error) {
    return fail(error.what());
  }
  return fail("no channel of the agent with a path; the domain does not run");
}

}  // namespace dualpath::guest
