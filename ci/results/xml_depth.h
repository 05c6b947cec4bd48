#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::results {

/// Checks, without recursion, that no element of an XML document is nested deeper than `deepest`,
/// so that a recursive parser can safely read it although a VM wrote it. The document need not be
/// valid. A document type declaration is an `Error`; no report has one.
Status CheckXmlDepth(const std::string& xml, int deepest);

}  // namespace dualpath::results
