#include "helpers/lab/rig_hint.h"

#include <filesystem>

#include "helpers/base/file.h"

namespace dualpath::lab {

namespace fs = std::filesystem;

RigHint::RigHint(const Cache& cache, const std::string& name)
    : file_(cache.root() + "/rigs/" + name) {}

std::string RigHint::Get() const {
  const auto text = ReadAttribute(file_);
  return text.ok() ? *text : "";
}

Status RigHint::Set(const std::string& rig) const {
  std::error_code ec;
  fs::create_directories(fs::path(file_).parent_path(), ec);
  return WriteFileAtomically(file_, rig + "\n");
}

}  // namespace dualpath::lab
