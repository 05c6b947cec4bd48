#include "helpers/guest/disk_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "helpers/guest/domain_xml.h"

namespace dualpath::guest {
namespace {

using boost::property_tree::ptree;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

DiskOptions OnMap(DiskKind kind) {
  DiskOptions options;
  options.kind = kind;
  options.source = "/dev/mapper/mpatha";
  return options;
}

DiskOptions OnScsiDevice() {
  DiskOptions options;
  options.kind = DiskKind::kScsiGeneric;
  options.scsi_device = {3, 0, 1, 0};
  return options;
}

ptree Parse(const DiskOptions& options) {
  std::istringstream xml(RenderDiskXml(options));
  ptree tree;
  boost::property_tree::read_xml(xml, tree);
  return tree;
}

std::string At(const ptree& tree, const std::string& path) {
  return tree.get<std::string>(path, "(absent)");
}

std::string InDomain(const std::string& devices) {
  return "<domain type='qemu'><devices>" + devices + "</devices></domain>";
}

std::string WhyInvalid(const DiskOptions& options) {
  const Status valid = Validate(options);
  return valid.ok() ? "valid" : valid.error().ToString();
}

TEST(DiskXml, ScsiBlockPassesABlockDeviceThroughUncached) {
  const ptree disk = Parse(OnMap(DiskKind::kScsiBlock)).get_child("disk");
  EXPECT_EQ(At(disk, "<xmlattr>.type"), "block");
  EXPECT_EQ(At(disk, "<xmlattr>.device"), "lun");
  EXPECT_EQ(At(disk, "driver.<xmlattr>.type"), "raw");
  EXPECT_EQ(At(disk, "driver.<xmlattr>.cache"), "none");
  EXPECT_EQ(At(disk, "driver.<xmlattr>.io"), "native");
  EXPECT_EQ(At(disk, "driver.<xmlattr>.error_policy"), "report");
  EXPECT_EQ(At(disk, "driver.<xmlattr>.rerror_policy"), "report");
  EXPECT_EQ(At(disk, "source.<xmlattr>.dev"), "/dev/mapper/mpatha");
  EXPECT_EQ(At(disk, "source.reservations"), "(absent)");
  EXPECT_EQ(At(disk, "target.<xmlattr>.bus"), "scsi");
  EXPECT_EQ(At(disk, "address.<xmlattr>.type"), "drive");
}

TEST(DiskXml, EmulatedDisksDifferByTheirBus) {
  const ptree hd = Parse(OnMap(DiskKind::kScsiHd)).get_child("disk");
  EXPECT_EQ(At(hd, "<xmlattr>.device"), "disk");
  EXPECT_EQ(At(hd, "target.<xmlattr>.dev"), "sda");
  EXPECT_EQ(At(hd, "target.<xmlattr>.bus"), "scsi");
  const ptree blk = Parse(OnMap(DiskKind::kVirtioBlk)).get_child("disk");
  EXPECT_EQ(At(blk, "<xmlattr>.device"), "disk");
  EXPECT_EQ(At(blk, "target.<xmlattr>.dev"), "vda");
  EXPECT_EQ(At(blk, "target.<xmlattr>.bus"), "virtio");
  EXPECT_EQ(At(blk, "address"), "(absent)") << "libvirt assigns a PCI slot";
}

TEST(DiskXml, ScsiGenericIsAHostDeviceByAddress) {
  const ptree device = Parse(OnScsiDevice()).get_child("hostdev");
  EXPECT_EQ(At(device, "<xmlattr>.mode"), "subsystem");
  EXPECT_EQ(At(device, "<xmlattr>.type"), "scsi");
  EXPECT_EQ(At(device, "source.adapter.<xmlattr>.name"), "scsi_host3");
  EXPECT_EQ(At(device, "source.address.<xmlattr>.bus"), "0");
  EXPECT_EQ(At(device, "source.address.<xmlattr>.target"), "1");
  EXPECT_EQ(At(device, "source.address.<xmlattr>.unit"), "0");
}

TEST(DiskXml, DisksAreFoundInTheRenderedDomain) {
  DiskOptions stopping = OnMap(DiskKind::kScsiBlock);
  stopping.error_policy = "enospace";
  stopping.rerror_policy = "stop";
  stopping.managed_reservations = true;
  DiskOptions on_path = OnMap(DiskKind::kScsiBlock);
  on_path.source = "/dev/it's <a> \"path\" & more";
  for (const DiskOptions& options :
       {OnMap(DiskKind::kScsiBlock), OnMap(DiskKind::kScsiHd), OnMap(DiskKind::kVirtioBlk),
        OnScsiDevice(), stopping, on_path}) {
    SCOPED_TRACE(ToString(options));
    DomainOptions domain;
    domain.disk = options;
    const auto disks = DisksIn(RenderDomainXml(domain));
    ASSERT_TRUE(disks.ok()) << disks.error().ToString();
    ASSERT_THAT(*disks, SizeIs(1));
    EXPECT_TRUE((*disks)[0].options == options) << "but " << ToString((*disks)[0].options);
    EXPECT_EQ((*disks)[0].alias, "");
  }
}

TEST(DiskXml, ParsesTheXmlThatLibvirtReturns) {
  const auto disks = DisksIn(InDomain(
      "<emulator>/usr/bin/qemu-system-x86_64</emulator>"
      "<disk type='block' device='lun' rawio='yes'>"
      "<driver name='qemu' type='raw' cache='none' error_policy='stop' io='native'/>"
      "<source dev='/dev/sdb' index='3'><reservations managed='yes'>"
      "<source type='unix' path='/run/pr-helper0.sock' mode='client'/></reservations></source>"
      "<backingStore/><target dev='sda' bus='scsi'/><alias name='scsi0-0-0-0'/>"
      "<address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>"
      "<hostdev mode='subsystem' type='pci' managed='yes'/>"
      "<hostdev mode='subsystem' type='scsi' managed='no' rawio='yes'><source>"
      "<adapter name='scsi_host12'/><address bus='0' target='1' unit='7'/></source>"
      "<alias name='hostdev0'/></hostdev>"));
  ASSERT_TRUE(disks.ok()) << disks.error().ToString();
  ASSERT_THAT(*disks, SizeIs(2));
  EXPECT_EQ((*disks)[0].alias, "scsi0-0-0-0");
  EXPECT_EQ(ToString((*disks)[0].options),
            "scsi-block on /dev/sdb, errors: stop (writes),  (reads), managed reservations");
  EXPECT_EQ((*disks)[1].alias, "hostdev0");
  EXPECT_EQ(ToString((*disks)[1].options), "scsi-generic on 12:0:1:7");
}

TEST(DiskXml, FindsNoneInADomainWithoutDisks) {
  const auto none = DisksIn(InDomain("<memballoon model='none'/>"));
  ASSERT_TRUE(none.ok()) << none.error().ToString();
  EXPECT_THAT(*none, IsEmpty());
}

TEST(DiskXml, OtherXmlIsAnError) {
  for (const char* text : {"", "<domain/>", "<domain><devices>"}) {
    const auto disks = DisksIn(text);
    ASSERT_FALSE(disks.ok()) << text;
    EXPECT_THAT(disks.error().ToString(), HasSubstr("find disks: the XML of a domain: "));
  }
}

TEST(DiskValidation, TheErrorNamesTheOptionAndTheAllowedValues) {
  EXPECT_EQ(WhyInvalid({}),
            "use as the guest's disk: scsi-block on , errors: report (writes), report (reads): "
            "no source");
  DiskOptions bad = OnMap(DiskKind::kScsiBlock);
  bad.error_policy = "enospc";
  EXPECT_THAT(WhyInvalid(bad), HasSubstr("libvirt's error_policy is stop, report, ignore or"));
  bad.error_policy = "stop";
  bad.rerror_policy = "enospace";
  EXPECT_THAT(WhyInvalid(bad), HasSubstr("libvirt does not support rerror_policy enospace"));
  bad.rerror_policy = "";
  EXPECT_THAT(WhyInvalid(bad), HasSubstr("libvirt's rerror_policy is stop, report or ignore"));
}

TEST(DiskValidation, OnlyScsiBlockHasReservations) {
  for (const DiskKind kind : {DiskKind::kScsiHd, DiskKind::kVirtioBlk}) {
    DiskOptions options = OnMap(kind);
    EXPECT_EQ(WhyInvalid(options), "valid");
    options.managed_reservations = true;
    EXPECT_THAT(WhyInvalid(options),
                HasSubstr("libvirt supports reservations only for device='lun'"));
  }
  DiskOptions lun = OnMap(DiskKind::kScsiBlock);
  lun.managed_reservations = true;
  EXPECT_EQ(WhyInvalid(lun), "valid");
}

TEST(DiskValidation, AHostDeviceHasNoPolicies) {
  DiskOptions options = OnScsiDevice();
  EXPECT_EQ(WhyInvalid(options), "valid");
  options.rerror_policy = "stop";
  EXPECT_THAT(WhyInvalid(options),
              HasSubstr("libvirt does not support error policies for a host device"));
}

}  // namespace
}  // namespace dualpath::guest
