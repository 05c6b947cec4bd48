#include "helpers/lab/park.h"

#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/lab/restore.h"
#include "helpers/process/shell_words.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;

constexpr char kLoad[] = "/usr/lib/dualpath/load-payload && blockdev --flushbufs /dev/vda";
constexpr std::chrono::minutes kLongest{15};  // another rig's guest boots anew

}  // namespace

Result<Steps> UpToParked(const Cache& cache, Payload payload, const WantedRig& rig) {
  DUALPATH_TRY(Steps steps, UpToTheRig(cache));
  const std::string program = fs::path(payload.programs.front()).filename().string();
  Step step;
  step.kind = "parked";
  step.what = "load " + program + (rig.name.empty() ? "" : ", with a rig of its own");
  step.line = std::string(kLoad) + " && /payload/park " + std::to_string(kVirtualLimit.count()) +
              " " + process::QuotedForShell(program);
  step.key = payload.digest + step.line + rig.name;
  if (!rig.name.empty()) {
    for (const std::string& word : rig.arguments) step.line += " " + process::QuotedForShell(word);
  }
  step.line += " || echo \"it cannot be loaded\" >&3";
  step.payload = std::move(payload);
  step.answer = "parked";
  step.longest = kLongest;
  steps.push_back(std::move(step));
  return steps;
}

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
