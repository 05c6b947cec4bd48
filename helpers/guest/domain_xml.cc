#include "helpers/guest/domain_xml.h"

#include "helpers/guest/xml_text.h"

namespace dualpath::guest {

// Measured from virDomainCreate to the first read of the disk, QEMU's emulator in QEMU's emulator:
// 96 s with "console=ttyS0 panic=-1 quiet" and a bzImage, 35 s with these and a vmlinux.
// Kernel: Documentation/admin-guide/kernel-parameters.txt.
const char kDefaultKernelCommandLine[] =
    "console=ttyS0 panic=-1 quiet mitigations=off audit=0 ipv6.disable=1"
    // The emulated timers work; testing them waits for them. Without the TSC as clock source the
    // guest ticks 250 times a second while it is idle, which the lab's virtual time must live
    // through. ACPI stays on for the same reason: its timer is what the TSC is calibrated by.
    // For the same reason kcompactd does not look twice a second whether there is work for it.
    " no_timer_check tsc=reliable sysctl.vm.compaction_proactiveness=0"
    // Every piece of code that the kernel patches at boot is translated anew by the emulators, and
    // one CPU gains little from patching lock prefixes away.
    " noreplace-smp"
    // No walk over all page tables to look for writable code.
    " rodata=off"
    " init_on_alloc=0 lsm=capability 8250.nr_uarts=1 rcupdate.rcu_expedited=1"
    " cryptomgr.notests"
    // Built in, expensive, and of no use here: a random number generator's self-test, tracing,
    // certificates, and the type information of BPF.
    " initcall_blacklist=jent_mod_init,init_kprobe_trace,trace_eval_init,"
    "load_system_certificate_list,bpf_tcp_ca_kfunc_init,bpf_dummy_struct_ops_init";

namespace {

std::string Boot(const DomainOptions& options) {
  std::string xml =
      "<os>\n<type arch='x86_64'" + Attribute("machine", options.machine) + ">hvm</type>\n";
  if (!options.firmware.empty()) {
    xml += "<loader readonly='yes' type='rom'>" + Escaped(options.firmware) + "</loader>\n";
  }
  return xml + Element("kernel", options.kernel) + Element("initrd", options.initramfs) +
         Element("cmdline", options.kernel_command_line) + "</os>\n";
}

std::string Cpu(const DomainOptions& options) {
  if (options.cpu_model.empty()) return "";
  return "<cpu mode='custom' match='exact' check='none'>\n"
         "<model fallback='forbid'>" +
         Escaped(options.cpu_model) + "</model>\n</cpu>\n";
}

std::string SerialLine(const DomainOptions& options) {
  if (options.console_log.empty()) return "";
  return "<serial type='file'>\n<source" + Attribute("path", options.console_log) +
         "/>\n<target port='0'/>\n</serial>\n";
}

std::string Channel(const DomainOptions& options) {
  if (options.agent_socket.empty()) return "";
  return "<channel type='unix'>\n<source mode='bind'" + Attribute("path", options.agent_socket) +
         "/>\n<target type='virtio' name='org.dualpath.agent.0'/>\n</channel>\n";
}

}  // namespace

std::string RenderDomainXml(const DomainOptions& options) {
  const char* type = options.virtualization == Virtualization::kKvm ? "kvm" : "qemu";
  return "<domain" + Attribute("type", type) + ">\n" + Element("name", options.name) +
         "<memory unit='MiB'>" + std::to_string(options.memory_mib) +
         "</memory>\n"
         "<vcpu>1</vcpu>\n" +
         Boot(options) + Cpu(options) +
         "<features><acpi/><apic/></features>\n"
         "<clock offset='utc'><timer name='hpet' present='no'/></clock>\n"
         "<on_poweroff>destroy</on_poweroff>\n"
         "<on_reboot>destroy</on_reboot>\n"
         "<on_crash>destroy</on_crash>\n"
         "<devices>\n" +
         Element("emulator", options.emulator) + RenderDiskXml(options.disk) +
         "<controller type='scsi' index='0' model='virtio-scsi'/>\n" + SerialLine(options) +
         Channel(options) +
         "<controller type='usb' model='none'/>\n"
         "<memballoon model='none'/>\n"
         "</devices>\n"
         "</domain>\n";
}

}  // namespace dualpath::guest
