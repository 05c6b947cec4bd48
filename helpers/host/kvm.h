#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::host {

/// Whether QEMU can use `device`: we may read and write it, and its interface has the one version
/// that there is since 2007 (KVM_GET_API_VERSION, Documentation/virt/kvm/api.rst). An `Error` with
/// an errno if it cannot be opened or is no KVM.
Status CheckKvm(const std::string& device = "/dev/kvm");

}  // namespace dualpath::host
