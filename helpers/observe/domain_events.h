#pragma once

#include <vector>

#include "helpers/guest/domain_event.h"
#include "helpers/observe/event.h"

namespace dualpath::observe {

/// One record of kind "libvirt" on QEMU's lane for each.
std::vector<Event> FromDomainEvents(const std::vector<guest::DomainEvent>& domain_events);

}  // namespace dualpath::observe
