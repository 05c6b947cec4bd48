#include "helpers/guest/domain_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "helpers/guest/wire/wire.h"

namespace dualpath::guest {
namespace {

using boost::property_tree::ptree;
using ::testing::HasSubstr;

DomainOptions Sample() {
  DomainOptions options;
  options.kernel = "/images/vmlinux";
  options.initramfs = "/images/guest.cpio";
  options.console_log = "/images/console.log";
  options.disk.source = "/dev/mapper/mpatha";
  return options;
}

ptree Parse(const DomainOptions& options) {
  std::istringstream xml(RenderDomainXml(options));
  ptree tree;
  boost::property_tree::read_xml(xml, tree);
  return tree.get_child("domain");
}

std::string At(const ptree& domain, const std::string& path) {
  return domain.get<std::string>(path, "(absent)");
}

TEST(DomainXml, HasTheDiskElement) {
  EXPECT_EQ(At(Parse(Sample()), "devices.disk.source.<xmlattr>.dev"), "/dev/mapper/mpatha");
}

TEST(DomainXml, BootsTheKernelDirectly) {
  const ptree domain = Parse(Sample());
  EXPECT_EQ(At(domain, "<xmlattr>.type"), "qemu");
  EXPECT_EQ(At(domain, "name"), "dualpath-guest");
  EXPECT_EQ(At(domain, "memory"), "128");
  EXPECT_EQ(At(domain, "os.type.<xmlattr>.machine"), "pc");
  EXPECT_EQ(At(domain, "os.kernel"), "/images/vmlinux");
  EXPECT_EQ(At(domain, "os.initrd"), "/images/guest.cpio");
  EXPECT_EQ(At(domain, "os.cmdline"), kDefaultKernelCommandLine);
  EXPECT_EQ(At(domain, "os.loader"), "(absent)");
  EXPECT_EQ(At(domain, "cpu.model"), "(absent)");
  EXPECT_EQ(At(domain, "devices.emulator"), "(absent)");
}

TEST(DomainXml, PoweroffRebootAndCrashEndTheDomain) {
  const ptree domain = Parse(Sample());
  EXPECT_EQ(At(domain, "on_poweroff"), "destroy");
  EXPECT_EQ(At(domain, "on_reboot"), "destroy");
  EXPECT_EQ(At(domain, "on_crash"), "destroy");
  EXPECT_THAT(kDefaultKernelCommandLine, HasSubstr("panic=-1"));
}

TEST(DomainXml, HasTheChannelAndTheConsole) {
  const ptree domain = Parse(Sample());
  EXPECT_EQ(At(domain, "devices.channel.<xmlattr>.type"), "unix");
  EXPECT_EQ(At(domain, "devices.channel.source.<xmlattr>.path"), "(absent)")
      << "chosen by libvirt, where its QEMU may create a socket";
  EXPECT_EQ(At(domain, "devices.channel.target.<xmlattr>.name"), wire::kChannelName);
  EXPECT_EQ(At(domain, "devices.serial.source.<xmlattr>.path"), "/images/console.log");
}

TEST(AgentSocket, IsWhereLibvirtPutIt) {
  const std::string ours = std::string("<target type='virtio' name='") + wire::kChannelName + "'/>";
  const std::string other =
      "<channel type='unix'><source path='/run/other'/>"
      "<target type='virtio' name='org.qemu.guest_agent.0'/></channel>";
  const auto find = [&](const std::string& source) {
    return AgentSocketIn("<domain><devices>" + other + "<channel type='unix'>" + source + ours +
                         "</channel></devices></domain>");
  };
  const auto socket = find("<source mode='bind' path='/var/lib/libvirt/qemu/channel/x'/>");
  ASSERT_TRUE(socket.ok()) << socket.error().ToString();
  EXPECT_EQ(*socket, "/var/lib/libvirt/qemu/channel/x");
  EXPECT_THAT(find("").error().ToString(), HasSubstr("the domain does not run"));
  EXPECT_FALSE(AgentSocketIn("<domain>").ok());
}

TEST(DomainXml, HasNothingElse) {
  const ptree devices = Parse(Sample()).get_child("devices");
  std::multiset<std::string> kinds;
  for (const auto& [kind, device] : devices) kinds.insert(kind);
  EXPECT_THAT(kinds, ::testing::UnorderedElementsAre("disk", "controller", "serial", "channel",
                                                     "controller", "memballoon"));
  EXPECT_EQ(At(devices, "memballoon.<xmlattr>.model"), "none");
}

TEST(DomainXml, HasEveryOption) {
  DomainOptions options = Sample();
  options.virtualization = Virtualization::kKvm;
  options.memory_mib = 256;
  options.machine = "q35";
  options.cpu_model = "Nehalem";
  options.firmware = "/usr/share/qemu/qboot.rom";
  options.emulator = "/usr/libexec/qemu-kvm";
  options.disk.error_policy = "stop";
  options.disk.managed_reservations = true;
  const ptree domain = Parse(options);
  EXPECT_EQ(At(domain, "<xmlattr>.type"), "kvm");
  EXPECT_EQ(At(domain, "memory"), "256");
  EXPECT_EQ(At(domain, "os.type.<xmlattr>.machine"), "q35");
  EXPECT_EQ(At(domain, "cpu.model"), "Nehalem");
  EXPECT_EQ(At(domain, "os.loader"), "/usr/share/qemu/qboot.rom");
  EXPECT_EQ(At(domain, "os.loader.<xmlattr>.type"), "rom");
  EXPECT_EQ(At(domain, "devices.emulator"), "/usr/libexec/qemu-kvm");
  EXPECT_EQ(At(domain, "devices.disk.driver.<xmlattr>.error_policy"), "stop");
  EXPECT_EQ(At(domain, "devices.disk.driver.<xmlattr>.rerror_policy"), "report");
  EXPECT_EQ(At(domain, "devices.disk.source.reservations.<xmlattr>.managed"), "yes");
}

TEST(DomainXml, EscapesReservedCharacters) {
  DomainOptions options = Sample();
  options.name = "a<b>&\"c\"'d'";
  options.disk.source = "/dev/mapper/it's & \"more\"";
  const ptree domain = Parse(options);
  EXPECT_EQ(At(domain, "name"), options.name);
  EXPECT_EQ(At(domain, "devices.disk.source.<xmlattr>.dev"), options.disk.source);
}

}  // namespace
}  // namespace dualpath::guest
