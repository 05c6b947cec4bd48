#pragma once

#include <ostream>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::host {

/// Where this process runs. Cases do not depend on it; fixtures only where the places differ.
enum class Place {
  kLab,   ///< in a disposable VM with virtual time; images/lab/payload/start sets its environment
  kHost,  ///< on the machine itself, as root, and only on request
};

std::string ToString(Place place);
inline std::ostream& operator<<(std::ostream& out, Place place) { return out << ToString(place); }

/// Reads DUALPATH_PLACE ("lab" or "host"), which `dualpath exec` sets. Fails if it is not set: the
/// program was started manually, possibly on a machine that must not be changed.
Result<Place> CurrentPlace();

/// Returns DUALPATH_TIME_SCALE, a positive number; 1 if it is not set.
Result<double> RequestedTimeScale();

/// Sets the factor of all deadlines to it.
/// In the lab, images/lab/payload/start sets it to 4 unless the user has set it. Call it once,
/// before the first deadline is created.
Status ApplyTimeScale();

/// Returns libvirt's domain type for guests: DUALPATH_DOMAIN_TYPE if set ("kvm" or "qemu"); else
/// "kvm" if KVM is usable, else "qemu". The kernel command line of an emulated lab disables KVM: a
/// guest nested in QEMU's emulator hangs occasionally.
Result<std::string> DomainType(const std::string& kvm_device = "/dev/kvm");

}  // namespace dualpath::host
