#pragma once

#include <set>
#include <string>
#include <vector>

namespace dualpath::lab {

/// Returns the configuration options that the lab, its rig or its guest needs and that are neither
/// among the modules nor built in, each with its purpose: "CONFIG_TCM_FILEIO (the rig's storage)".
/// `provided` has the names of modules, loadable and built in, with underscores. `config` is the
/// text of the configuration, empty if unknown: then options that are no modules are not checked.
std::vector<std::string> MissingOptions(const std::set<std::string>& provided,
                                        const std::string& config);

}  // namespace dualpath::lab
