#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::lab {

/// Returns the SHA-256 of a text in hex.
Result<std::string> DigestOfText(const std::string& text);

/// Returns the beginning of that digest: a key in the cache.
Result<std::string> KeyOfText(const std::string& text);

/// Returns the SHA-256 of each file in hex, in the same order.
Result<std::vector<std::string>> DigestsOfFiles(const std::vector<std::string>& paths);

/// Returns the SHA-256 over names, executable bits and contents of all files below `directory`.
Result<std::string> DigestOfTree(const std::string& directory);

}  // namespace dualpath::lab
