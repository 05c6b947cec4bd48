#include "helpers/guest/disk_xml.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>
#include <tuple>

#include "helpers/guest/xml.h"

namespace dualpath::guest {
namespace {

using boost::property_tree::ptree;

constexpr char kScsiHost[] = "scsi_host";  // libvirt's name for hostN

auto AsTuple(const DiskOptions& o) {
  return std::tie(o.kind, o.source, o.scsi_device, o.error_policy, o.rerror_policy,
                  o.managed_reservations);
}

bool OneOf(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The disk's address on the guest's virtio-scsi controller.
void AddGuestAddress(ptree& device) {
  AddElement(
      device, "address",
      {{"type", "drive"}, {"controller", "0"}, {"bus", "0"}, {"target", "0"}, {"unit", "0"}});
}

void AddHostDevice(ptree& devices, const scsi::Hctl& address) {
  ptree& device =
      AddElement(devices, "hostdev", {{"mode", "subsystem"}, {"type", "scsi"}, {"managed", "no"}});
  ptree& source = AddElement(device, "source", {});
  AddElement(source, "adapter", {{"name", kScsiHost + std::to_string(address.host)}});
  AddElement(source, "address",
             {{"bus", std::to_string(address.channel)},
              {"target", std::to_string(address.target)},
              {"unit", std::to_string(address.lun)}});
  AddGuestAddress(device);
}

std::string At(const ptree& element, const std::string& path) {
  return element.get<std::string>(path, "");
}

AttachedDisk ReadDisk(const ptree& disk) {
  AttachedDisk attached;
  attached.alias = At(disk, "alias.<xmlattr>.name");
  DiskOptions& options = attached.options;
  if (At(disk, "<xmlattr>.device") != "lun") {
    options.kind =
        At(disk, "target.<xmlattr>.bus") == "virtio" ? DiskKind::kVirtioBlk : DiskKind::kScsiHd;
  }
  options.source = At(disk, "source.<xmlattr>.dev");
  options.error_policy = At(disk, "driver.<xmlattr>.error_policy");
  options.rerror_policy = At(disk, "driver.<xmlattr>.rerror_policy");
  options.managed_reservations = At(disk, "source.reservations.<xmlattr>.managed") == "yes";
  return attached;
}

AttachedDisk ReadHostDevice(const ptree& device) {
  AttachedDisk attached;
  attached.alias = At(device, "alias.<xmlattr>.name");
  attached.options.kind = DiskKind::kScsiGeneric;
  const std::string adapter = At(device, "source.adapter.<xmlattr>.name");
  const std::string host = adapter.substr(std::min(adapter.size(), sizeof(kScsiHost) - 1));
  const auto address = scsi::Hctl::Parse(host + ":" + At(device, "source.address.<xmlattr>.bus") +
                                         ":" + At(device, "source.address.<xmlattr>.target") + ":" +
                                         At(device, "source.address.<xmlattr>.unit"));
  if (address.ok()) attached.options.scsi_device = *address;
  return attached;
}

}  // namespace

std::string ToString(DiskKind kind) {
  switch (kind) {
    case DiskKind::kScsiBlock:
      return "scsi-block";
    case DiskKind::kScsiHd:
      return "scsi-hd";
    case DiskKind::kVirtioBlk:
      return "virtio-blk";
    case DiskKind::kScsiGeneric:
      return "scsi-generic";
  }
  return "disk of unknown kind";
}

bool operator==(const DiskOptions& a, const DiskOptions& b) { return AsTuple(a) == AsTuple(b); }
bool operator!=(const DiskOptions& a, const DiskOptions& b) { return !(a == b); }

std::string ToString(const DiskOptions& options) {
  if (options.kind == DiskKind::kScsiGeneric) {
    return ToString(options.kind) + " on " + options.scsi_device.ToString();
  }
  return ToString(options.kind) + " on " + options.source + ", errors: " + options.error_policy +
         " (writes), " + options.rerror_policy + " (reads)" +
         (options.managed_reservations ? ", managed reservations" : "");
}

Status Validate(const DiskOptions& options) {
  const auto refuse = [&](const std::string& reason) {
    return Error::Because("use as the guest's disk", ToString(options), reason);
  };
  if (!OneOf({"stop", "report", "ignore", "enospace"}, options.error_policy)) {
    return refuse("libvirt's error_policy is stop, report, ignore or enospace");
  }
  if (options.rerror_policy == "enospace") {
    return refuse(
        "libvirt does not support rerror_policy enospace: a read cannot run out of space");
  }
  if (!OneOf({"stop", "report", "ignore"}, options.rerror_policy)) {
    return refuse("libvirt's rerror_policy is stop, report or ignore");
  }
  if (options.managed_reservations && options.kind != DiskKind::kScsiBlock) {
    return refuse("libvirt supports reservations only for device='lun'");
  }
  if (options.kind != DiskKind::kScsiGeneric) {
    return options.source.empty() ? Status(refuse("no source")) : Ok{};
  }
  if (options.error_policy != "report" || options.rerror_policy != "report") {
    return refuse(
        "libvirt does not support error policies for a host device; QEMU's scsi-generic reports "
        "every error");
  }
  return Ok{};
}

void AddDisk(ptree& devices, const DiskOptions& options) {
  if (options.kind == DiskKind::kScsiGeneric) return AddHostDevice(devices, options.scsi_device);
  const bool lun = options.kind == DiskKind::kScsiBlock;
  ptree& disk = AddElement(devices, "disk", {{"type", "block"}, {"device", lun ? "lun" : "disk"}});
  AddElement(disk, "driver",
             {{"name", "qemu"},
              {"type", "raw"},
              {"cache", "none"},
              {"io", "native"},
              {"error_policy", options.error_policy},
              {"rerror_policy", options.rerror_policy}});
  ptree& source = AddElement(disk, "source", {{"dev", options.source}});
  if (options.managed_reservations) AddElement(source, "reservations", {{"managed", "yes"}});
  if (options.kind == DiskKind::kVirtioBlk) {
    AddElement(disk, "target", {{"dev", "vda"}, {"bus", "virtio"}});
  } else {
    AddElement(disk, "target", {{"dev", "sda"}, {"bus", "scsi"}});
    AddGuestAddress(disk);
  }
}

std::string RenderDiskXml(const DiskOptions& options) {
  ptree tree;
  AddDisk(tree, options);
  return ToXml(tree);
}

Result<std::vector<AttachedDisk>> DisksIn(const std::string& domain_xml) {
  std::vector<AttachedDisk> disks;
  try {
    std::istringstream text(domain_xml);
    ptree tree;
    boost::property_tree::read_xml(text, tree);
    for (const auto& [kind, device] : tree.get_child("domain.devices")) {
      if (kind == "disk") disks.push_back(ReadDisk(device));
      if (kind == "hostdev" && At(device, "<xmlattr>.type") == "scsi") {
        disks.push_back(ReadHostDevice(device));
      }
    }
  } catch (const boost::property_tree::ptree_error& error) {
    return Error::Because("find disks", "the XML of a domain", error.what());
  }
  return disks;
}

}  // namespace dualpath::guest
