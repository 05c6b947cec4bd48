#pragma once

#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::results {

/// What a case ran on: the file stack.json in its results directory. Only cases in the lab have it.
struct Stack {
  std::string name;  ///< "trixie"
  std::string kernel;
  std::string multipath_tools;
  std::string qemu;
  std::string libvirt;
  /// What the user brought in place of the stack's: "kernel /home/me/linux", "overlay /tmp/q",
  /// "append loglevel=7".
  std::vector<std::string> own;
};

/// Returns "trixie: kernel 6.12.57-1, multipath-tools 0.11.1-2, QEMU 10.0.13, libvirt 11.3.0-3; own
/// kernel /home/me/linux".
std::string ToText(const Stack& stack);

Status WriteStack(const std::string& directory, const Stack& stack);

/// Returns what was written; none if nothing was, or it cannot be read.
std::optional<Stack> ReadStack(const std::string& directory);

}  // namespace dualpath::results
