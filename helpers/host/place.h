#pragma once

#include <ostream>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::host {

/// Where this process runs. Cases do not ask; fixtures ask only for what differs.
enum class Place {
  kLab,   ///< in a disposable VM with virtual time; images/lab/payload/start sets its environment
  kHost,  ///< on the machine itself, as root, and only on request
};

std::string ToString(Place place);
inline std::ostream& operator<<(std::ostream& out, Place place) { return out << ToString(place); }

/// From DUALPATH_PLACE ("lab" or "host"), which the launcher sets. Not set is an error: somebody
/// has started the program by hand on a machine that may not be meant for it.
Result<Place> CurrentPlace();

/// Multiplies all deadlines by DUALPATH_TIME_SCALE, a positive number; by 1 if it is not set. In
/// the lab, images/lab/payload/start sets it to 4 unless the user has set it.
/// Call it once, before the first deadline is made.
Status ApplyTimeScale();

/// libvirt's domain type for guests: DUALPATH_DOMAIN_TYPE if set ("kvm" or "qemu"); else "kvm"
/// where there is a usable KVM, else "qemu". An emulated lab has none, by its kernel's command
/// line: a guest nested in QEMU's emulator hangs now and then.
Result<std::string> DomainType(const std::string& kvm_device = "/dev/kvm");

}  // namespace dualpath::host
