#pragma once

#include <vector>

#include "helpers/guest/domain_event.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// Returns one record of kind "libvirt" on QEMU's lane for each event.
std::vector<Record> FromDomainEvents(const std::vector<guest::DomainEvent>& domain_events);

}  // namespace dualpath::timeline
