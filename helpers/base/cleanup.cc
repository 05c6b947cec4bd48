#include "helpers/base/cleanup.h"

#include <cstdio>

namespace dualpath {

Cleanup& Cleanup::operator=(Cleanup&& other) noexcept {
  std::swap(actions_, other.actions_);
  return *this;
}

Cleanup::~Cleanup() {
  const Status status = Run();
  if (!status.ok()) std::fprintf(stderr, "dualpath: %s\n", status.error().ToString().c_str());
}

void Cleanup::Add(std::string what, Action undo) {
  actions_.push_back({std::move(what), std::move(undo)});
}

Status Cleanup::Run() {
  std::string failed;
  std::string reasons;
  while (!actions_.empty()) {
    const Step step = std::move(actions_.back());
    actions_.pop_back();
    const Status status = step.undo();
    if (status.ok()) continue;
    failed += (failed.empty() ? "" : ", ") + step.what;
    reasons += (reasons.empty() ? "" : "; ") + status.error().ToString();
  }
  if (failed.empty()) return Ok{};
  return Error::Because("clean up", failed, reasons);
}

}  // namespace dualpath
