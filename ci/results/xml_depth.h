#pragma once

#include <string>

namespace dualpath::results {

/// Returns whether elements are nested more deeply than in any report of gtest. The parser recurses
/// for each, and would overflow the stack: a VM chooses what is in its report.
bool IsNestedTooDeeply(const std::string& xml);

}  // namespace dualpath::results
