#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::host {

/// Checks that QEMU can use `device`: this process can open it, and its API version is the only one
/// since 2007 (KVM_GET_API_VERSION, Documentation/virt/kvm/api.rst). The `Error` contains an errno
/// if it cannot be opened or is not KVM.
Status CheckKvm(const std::string& device = "/dev/kvm");

}  // namespace dualpath::host
